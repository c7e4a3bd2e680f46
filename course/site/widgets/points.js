// Points of two classes in the plane.

import { normal } from "./random.js";

// Shapes: the i-th of n points of a class (0 or 1), without noise, about -1 to 1.
const SHAPES = {
  moons(share, label) {
    const angle = Math.PI * share;
    const [x, y] = label
      ? [1 - Math.cos(angle), 0.5 - Math.sin(angle)]
      : [Math.cos(angle), Math.sin(angle)];
    return [(x - 0.5) * 0.7, (y - 0.25) * 0.7];
  },
  circles(share, label) {
    const angle = 2 * Math.PI * share;
    const radius = label ? 0.4 : 0.85;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
  spirals(share, label) {
    const angle = 3 * Math.PI * share + Math.PI * label;
    const radius = 0.1 + 0.85 * share;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
  xor(share, label, random) {
    const [x, y] = [0.1 + 0.8 * random(), 0.1 + 0.8 * random()];
    const side = random() < 0.5 ? 1 : -1;
    return [side * x, side * (label ? -y : y)];
  },
};

export const KINDS = Object.keys(SHAPES);

// {x: coordinates one point after the other, y: labels 0 and 1 in turn}, `count` points.
export function points(kind, count, noise, random) {
  const draw = normal(random);
  const [x, y] = [[], []];
  const each = count / 2;
  for (let i = 0; i < count; i++) {
    const share = Math.floor(i / 2) / Math.max(1, each - (kind === "circles" ? 0 : 1)); // a circle closes
    y.push(i % 2);
    for (const coordinate of SHAPES[kind](share, i % 2, random)) x.push(coordinate + noise * draw());
  }
  return { x, y };
}
