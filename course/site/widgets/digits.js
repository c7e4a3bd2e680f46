// Draw a digit, move it, and see three networks disagree.

import { bytes } from "./data.js";
import {
  announcer, button, canvas, colour, element, mountAll, onArrows, onChange, picture, place, sharp,
} from "./frame.js";
import { decoded, forward, normalised, shifted, softmax, toCentre } from "./networks.js";
import { TRAINED } from "./trained.js";

const SIDE = 28;
const PEN = 1.3; // radius in pixels: MNIST's strokes are some three wide
const BARS = 0.24; // height by width

function percent(share) {
  return `${(100 * share).toFixed(share > 0.995 || share < 0.005 ? 1 : 0)} %`;
}

function mount(root) {
  const networks = TRAINED.networks.map((network) => ({ ...network, layers: decoded(network.layers) }));
  const samples = TRAINED.samples.map(({ label, pixels }) => ({ label, pixels: bytes(pixels) }));
  let drawn = new Float32Array(SIDE * SIDE); // never moved, so that ink which left comes back
  let by = [0, 0];
  let pen = [14, 14];
  let inked = false; // the keyboard's pen is down
  let next = 0;
  let drawing = false; // as opposed to moving
  let held = null; // the pointer's last pixel, while it is down

  const says = announcer();
  const board = canvas();
  const moved = element("figcaption");
  const results = networks.map(({ name }) => {
    const bars = picture();
    const answer = element("strong");
    return { name, bars, answer, row: element("figure", {}, element("figcaption", {}, `${name}: `, answer), bars) };
  });
  const table = element("table");

  const visible = () => shifted(drawn, SIDE, ...by);

  function draw() {
    const pixels = visible();
    paint(pixels);
    const inputs = {
      values: normalised(pixels, TRAINED), channels: 1, height: SIDE, width: SIDE,
    };
    const empty = !pixels.some((pixel) => pixel > 0);
    const answers = networks.map(({ layers }) => softmax(forward(layers, inputs)));
    const best = answers.map((shares) => shares.indexOf(Math.max(...shares)));
    results.forEach((result, i) => show(result, answers[i], best[i], empty));
    moved.textContent = where(by);
    says.textContent = empty ? "Draw a digit, or take one from the test set." : verdict(best, answers);
    showTable();
  }

  function where([dx, dy]) {
    const parts = [];
    if (dx) parts.push(`${Math.abs(dx)} ${dx > 0 ? "right" : "left"}`);
    if (dy) parts.push(`${Math.abs(dy)} ${dy > 0 ? "down" : "up"}`);
    return parts.length ? `moved by ${parts.join(", ")}` : "not moved";
  }

  function verdict(best, answers) {
    const each = best.map((c, i) => `${networks[i].name} says ${c} (${percent(answers[i][c])})`).join(", ");
    const agree = best.every((c) => c === best[0]);
    const moved = where(by);
    return `${moved[0].toUpperCase()}${moved.slice(1)}: ${each}. ${agree ? "They agree." : "They disagree."}`;
  }

  function paint(pixels) {
    const { context, width } = sharp(board, 1);
    const side = width / SIDE;
    context.fillRect(0, 0, width, width); // black
    pixels.forEach((pixel, i) => {
      context.fillStyle = `rgb(${pixel}, ${pixel}, ${pixel})`;
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)].map((place) => Math.floor(place * side));
      if (pixel) context.fillRect(x, y, Math.ceil(side), Math.ceil(side));
    });
    context.lineWidth = 1;
    context.strokeStyle = "#808080";
    context.setLineDash([4, 4]);
    context.strokeRect(4 * side, 4 * side, 20 * side, 20 * side); // MNIST's digits fit in
    context.setLineDash([]);
    if (drawing) {
      context.strokeStyle = "#ffd43b";
      context.lineWidth = 2;
      context.strokeRect(pen[0] * side, pen[1] * side, side, side);
      if (inked) context.strokeRect((pen[0] - 1) * side, (pen[1] - 1) * side, 3 * side, 3 * side);
    }
  }

  function show({ name, bars, answer }, shares, best, empty) {
    const { context, width, height: bottom } = sharp(bars, BARS);
    const step = width / 10;
    const floor = bottom - 18;
    context.font = "13px sans-serif";
    context.textAlign = "center";
    shares.forEach((share, c) => {
      const height = empty ? 0 : share * (floor - 4);
      context.fillStyle = colour(root, c === best ? "accent" : "quiet");
      context.fillRect(c * step + 4, floor - height, step - 8, height);
      context.fillStyle = colour(root, "line");
      context.fillRect(c * step + 2, floor, step - 4, 1);
      context.fillStyle = colour(root, "ink");
      context.fillText(String(c), (c + 0.5) * step, bottom - 4);
    });
    answer.textContent = empty ? "–" : `${best} (${percent(shares[best])})`;
    const likely = shares.map((share, c) => [share, c]).sort((a, b) => b[0] - a[0]).slice(0, 3);
    const words = likely.map(([share, c]) => `${c}: ${percent(share)}`).join(", ");
    bars.setAttribute("aria-label", empty ? `${name}: nothing drawn` : `${name}, probabilities: ${words}`);
  }

  function showTable() {
    const far = Math.max(Math.abs(by[0]), Math.abs(by[1]));
    const cell = (tag, text, pixels) =>
      element(tag, pixels === far ? { class: "digits-here", "aria-current": "true" } : {}, text);
    const head = element("tr", {}, element("th", {}, "pixels moved"));
    head.append(...TRAINED.shifts.map((pixels) => cell("th", String(pixels), pixels)));
    const rows = networks.map(({ name, accuracy }) => {
      const row = element("tr", {}, element("th", {}, name));
      row.append(...accuracy.map((share, i) => cell("td", (100 * share).toFixed(0), TRAINED.shifts[i])));
      return row;
    });
    table.replaceChildren(
      element("caption", {}, `Percent right of ${TRAINED.tested.toLocaleString("en")} test digits, moved along both axes`),
      element("thead", {}, head),
      element("tbody", {}, ...rows),
    );
  }

  // Ink around a point of the board, in pixels.
  function dab(x, y) {
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
        const ink = 255 * Math.min(Math.max(PEN + 0.5 - distance, 0), 1);
        const [c, r] = [column - by[0], row - by[1]];
        if (c >= 0 && c < SIDE && r >= 0 && r < SIDE)
          drawn[r * SIDE + c] = Math.max(drawn[r * SIDE + c], ink);
      }
    }
  }

  function stroke(from, to) {
    const steps = Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) * 2) || 1;
    for (let i = 0; i <= steps; i++)
      dab(from[0] + ((to[0] - from[0]) * i) / steps, from[1] + ((to[1] - from[1]) * i) / steps);
  }

  const middle = (pixel) => pixel.map((value) => value + 0.5);
  const inside = (value) => Math.min(Math.max(value, -SIDE), SIDE);
  function move(dx, dy) {
    by = [inside(by[0] + dx), inside(by[1] + dy)];
    draw();
  }

  onArrows(board, (dx, dy) => {
    if (!drawing) return move(dx, dy);
    const before = pen;
    pen = [pen[0] + dx, pen[1] + dy].map((value) => Math.min(Math.max(value, 0), SIDE - 1));
    if (inked) stroke(middle(before), middle(pen));
    return draw();
  });
  board.addEventListener("keydown", (event) => {
    if (event.key !== " " || !drawing) return;
    event.preventDefault();
    inked = !inked;
    if (inked) stroke(middle(pen), middle(pen));
    draw();
  });
  board.addEventListener("pointerdown", (event) => {
    board.setPointerCapture(event.pointerId);
    held = place(event).map((share) => share * SIDE);
    if (drawing) stroke(held, held);
    draw();
  });
  board.addEventListener("pointermove", (event) => {
    if (!held) return;
    const now = place(event).map((share) => share * SIDE);
    if (drawing) {
      stroke(held, now);
      held = now;
      draw();
    } else {
      const [dx, dy] = [Math.trunc(now[0] - held[0]), Math.trunc(now[1] - held[1])];
      held = [held[0] + dx, held[1] + dy];
      if (dx || dy) move(dx, dy);
    }
  });
  for (const end of ["pointerup", "pointercancel"]) board.addEventListener(end, () => (held = null));

  const modes = [
    ["Move", false, "The digit; arrow keys move it by a pixel"],
    ["Draw", true, "The digit; arrow keys move the pen, the space bar puts it down and lifts it"],
  ].map(([words, on, label]) => {
    const made = button(words, () => enter(on));
    made.choose = () => {
      made.setAttribute("aria-pressed", String(drawing === on));
      if (drawing === on) board.setAttribute("aria-label", label);
    };
    return made;
  });
  function enter(on) {
    drawing = on;
    inked = false;
    modes.forEach((mode) => mode.choose());
    board.style.touchAction = "none"; // a finger draws or drags; it scrolls everywhere else
    draw();
  }
  function sample() {
    drawn = Float32Array.from(samples[next].pixels);
    next = (next + 1) % samples.length;
    by = [0, 0];
    enter(false);
  }
  const buttons = [
    ...modes,
    button("Another test digit", sample),
    button("Clear", () => {
      drawn.fill(0);
      by = [0, 0];
      enter(true);
    }),
    button("Centre", () => move(...toCentre(visible(), SIDE))),
    button("Move back", () => move(-by[0], -by[1])),
  ];
  root.append(
    element("div", { class: "widget-buttons" }, ...buttons),
    element(
      "div",
      { class: "digits-parts" },
      element("figure", {}, moved, board),
      element("div", { class: "digits-answers" }, ...results.map(({ row }) => row)),
    ),
    says,
    element("div", { class: "widget-scroll" }, table),
  );
  sample();
  onChange(root, draw);
}

mountAll("digits", mount);
