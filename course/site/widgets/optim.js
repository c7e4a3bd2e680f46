// The rules of lesson 2 and of its assignment, and surfaces to go down on.
// A rule takes weights, their gradient, settings and its own state (empty at first), all arrays
// alike, and returns the next weights; the state is kept in `state`.

export const RULES = {
  descent(w, g, { rate }) {
    return w.map((value, i) => value - rate * g[i]);
  },

  momentum(w, g, { rate, momentum }, state) {
    const v = filled(state, "velocity", w);
    return w.map((value, i) => {
      v[i] = momentum * v[i] - rate * g[i];
      return value + v[i];
    });
  },

  Nesterov(w, g, { rate, momentum }, state) {
    const v = filled(state, "velocity", w);
    return w.map((value, i) => {
      const before = v[i];
      v[i] = momentum * before - rate * g[i];
      return value - momentum * before + (1 + momentum) * v[i];
    });
  },

  AdaGrad(w, g, { rate, epsilon }, state) {
    const cache = filled(state, "cache", w);
    return w.map((value, i) => {
      cache[i] += g[i] ** 2;
      return value - (rate * g[i]) / (Math.sqrt(cache[i]) + epsilon);
    });
  },

  RMSprop(w, g, { rate, decay, epsilon }, state) {
    const cache = filled(state, "cache", w);
    return w.map((value, i) => {
      cache[i] = decay * cache[i] + (1 - decay) * g[i] ** 2;
      return value - (rate * g[i]) / (Math.sqrt(cache[i]) + epsilon);
    });
  },

  Adam(w, g, { rate, beta1, beta2, epsilon }, state) {
    const m = filled(state, "m", w);
    const v = filled(state, "v", w);
    const t = (state.t = (state.t ?? 0) + 1);
    return w.map((value, i) => {
      m[i] = beta1 * m[i] + (1 - beta1) * g[i];
      v[i] = beta2 * v[i] + (1 - beta2) * g[i] ** 2;
      const mean = m[i] / (1 - beta1 ** t);
      return value - (rate * mean) / (Math.sqrt(v[i] / (1 - beta2 ** t)) + epsilon);
    });
  },
};

export const SETTINGS = { momentum: 0.8, decay: 0.9, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

function filled(state, name, w) {
  return (state[name] ??= new Float64Array(w.length));
}

function quadratic(name, [[a, b], [, d]]) {
  return {
    name,
    start: [-1.3, 0.9],
    height: ([x, y]) => (a * x * x + 2 * b * x * y + d * y * y) / 2,
    slope: ([x, y]) => [a * x + b * y, b * x + d * y],
  };
}

export const MAP = { left: -2, right: 2, top: 1.5, bottom: -1.5 };

const FAR = 1e6;

const onMap = ([x, y]) => x >= MAP.left && x <= MAP.right && y >= MAP.bottom && y <= MAP.top;

// The lowest height of each is 0.
export const SURFACES = [
  quadratic("valley along an axis", [[1, 0], [0, 25]]),
  quadratic("the same, turned by 45°", [[13, -12], [-12, 13]]),
  {
    name: "bent valley (Rosenbrock)",
    start: [-1.2, 1],
    height: ([x, y]) => (1 - x) ** 2 + 10 * (y - x * x) ** 2,
    slope: ([x, y]) => [2 * (x - 1) - 40 * x * (y - x * x), 20 * (y - x * x)],
  },
  {
    name: "saddle between two hollows",
    start: [-1.5, 0.02],
    height: ([x, y]) => x * x / 2 + (y * y - 1) ** 2,
    slope: ([x, y]) => [x, 4 * y * (y * y - 1)],
  },
  {
    name: "plateau around a hole",
    start: [-1.5, 0.9],
    height: ([x, y]) => 1 - Math.exp(-(x * x + 2 * y * y)),
    slope: ([x, y]) => [2, 4].map((c, i) => c * [x, y][i] * Math.exp(-(x * x + 2 * y * y))),
  },
];

// The points from the start on, and their heights; it ends early where a rate is so high that they
// run away.
export function descend(rule, surface, start, settings, steps) {
  const state = {};
  const points = [[...start]];
  for (let i = 0; i < steps; i++) {
    const next = rule(points[i], surface.slope(points[i]), settings, state);
    if (!next.every((value) => Math.abs(value) < FAR)) break;
    points.push(next);
  }
  return { points, heights: points.map(surface.height) };
}

// Of rates evenly spaced in their logarithm, from 0.001 to 10, the one that ends lowest among those
// whose ways stay on the map.
export function bestRate(rule, surface, start, settings, steps) {
  let best = { height: Infinity, rate: 1e-3 };
  for (let i = 0; i <= 80; i++) {
    const rate = 10 ** (-3 + i / 20);
    const { points, heights } = descend(rule, surface, start, { ...settings, rate }, steps);
    const stays = points.length > steps && points.every(onMap);
    if (stays && heights[steps] < best.height) best = { height: heights[steps], rate };
  }
  return best.rate;
}
