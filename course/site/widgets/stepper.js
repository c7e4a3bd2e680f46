// A convolution, one place at a time.

import { correlate, outputSize, products, reach, receptiveField, total } from "./conv.js";
import { announcer, button, element, mountAll, onArrows, runner, slider, svg } from "./frame.js";

const CELL = 30; // of the drawings, in their own units
const SECONDS = 0.6; // that a place is shown for while it plays
const SETTINGS = [
  ["Input, side n", "size", 3, 12],
  ["Kernel, side k", "kernel", 1, 5],
  ["Stride s", "stride", 1, 4],
  ["Padding p", "padding", 0, 4],
  ["Dilation d", "dilation", 1, 3],
];

// Small numbers that differ from pixel to pixel, the same for every reader.
function sample(size) {
  const values = [];
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) values.push((3 * y * y + 5 * x + x * y) % 10);
  return { values, height: size, width: size };
}

function weights(size) {
  const values = [];
  for (let u = 0; u < size; u++) for (let v = 0; v < size; v++) values.push(((u + 2 * v) % 4) - 1);
  return { values, size };
}

function cell(x, y, text, kind, weighted = false) {
  const middle = { x: (x + (weighted ? 0.36 : 0.5)) * CELL, y: (y + (weighted ? 0.64 : 0.5)) * CELL };
  return svg(
    "g",
    { class: kind },
    svg("rect", { x: x * CELL + 0.5, y: y * CELL + 0.5, width: CELL - 1, height: CELL - 1 }),
    svg("text", middle, text),
  );
}

function grid(side, words) {
  const edge = side * CELL;
  return svg("svg", { viewBox: `0 0 ${edge} ${edge}`, role: "img", "aria-label": words });
}

function signed(value) {
  return value < 0 ? `(−${-value})` : String(value);
}

function mount(root) {
  const at = { size: 7, kernel: 3, stride: 1, padding: 0, dilation: 1 };
  let place = 0;
  let shownAt = 0;

  const input = element("div", { class: "stepper-grid" });
  const output = element("div", { class: "stepper-grid" });
  const size = element("p", { class: "widget-formula" });
  const fields = element("p", {});
  const says = announcer();
  const drawings = element(
    "div",
    { class: "stepper-drawings", tabindex: 0, role: "group", "aria-label": "The window; arrow keys move it" },
    element("figure", {}, element("figcaption", {}, "input, with the window"), input),
    element("figure", {}, element("figcaption", {}, "output"), output),
  );

  const side = () => outputSize(at.size, at.kernel, at.stride, at.padding, at.dilation);
  const step = (by) => {
    const places = side() ** 2;
    if (places) place = (place + by + places) % places;
    draw();
  };
  const play = runner("Play", (now) => {
    if (now - shownAt < SECONDS * 1000) return true;
    shownAt = now;
    step(1);
    return place < side() ** 2 - 1;
  });
  const by = (amount) => () => {
    play.halt();
    step(amount);
  };
  onArrows(drawings, (dx, dy) => {
    play.halt();
    const places = side();
    const row = Math.min(Math.max(Math.floor(place / places) + dy, 0), places - 1);
    const column = Math.min(Math.max((place % places) + dx, 0), places - 1);
    if (places) place = row * places + column;
    draw();
  });

  function draw() {
    const places = side();
    const { size: n, kernel: k, stride: s, padding: p, dilation: d } = at;
    const image = sample(n);
    const kernel = weights(k);
    const row = Math.floor(place / places);
    const column = place % places;
    const terms = places ? products(image, kernel, row, column, at) : [];
    const seen = new Map(terms.map((term) => [`${term.y},${term.x}`, term]));

    const whole = grid(n + 2 * p, `input of ${n} by ${n}, padded with ${p}`);
    for (let y = -p; y < n + p; y++) {
      for (let x = -p; x < n + p; x++) {
        const inside = y >= 0 && y < n && x >= 0 && x < n;
        const term = seen.get(`${y},${x}`);
        const kinds = [inside ? "pixel" : "padding", term ? "seen" : ""].join(" ");
        const drawn = cell(x + p, y + p, inside ? image.values[y * n + x] : 0, kinds, Boolean(term));
        if (term) {
          const corner = { x: (x + p + 0.92) * CELL, y: (y + p + 0.24) * CELL, class: "weight" };
          drawn.append(svg("text", corner, `×${term.weight}`.replace("-", "−")));
        }
        whole.append(drawn);
      }
    }
    input.replaceChildren(whole);

    const top = Math.floor((n + 2 * p - reach(k, d)) / s);
    size.textContent =
      `⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1 = ` +
      `⌊(${n} + ${2 * p} − ${d * (k - 1)} − 1) / ${s}⌋ + 1 = ${places ? top + 1 : "no place"}`;
    const field = [1, 2, 3, 4].map((depth) =>
      receptiveField(Array(depth).fill({ kernel: k, stride: s, dilation: d })),
    );
    fields.textContent =
      `Receptive field: a unit of this layer sees ${field[0]} by ${field[0]} pixels of the input; ` +
      `after two, three and four such layers ${field.slice(1).join(", ")}.`;

    if (!places) {
      output.replaceChildren();
      says.textContent =
        `The window reaches over ${reach(k, d)} pixels and the padded input has ${n + 2 * p}: it fits nowhere. ` +
        `Pad more, or take a smaller kernel.`;
      return;
    }
    const { values } = correlate(image, kernel, at);
    const answers = grid(places, `output of ${places} by ${places}`);
    for (let i = 0; i < values.length; i++) {
      const kind = i === place ? "answer seen" : i < place ? "answer" : "answer later";
      const text = i > place ? "" : String(values[i]).replace("-", "−");
      answers.append(cell(i % places, Math.floor(i / places), text, kind));
    }
    answers.style.width = `${(100 * places) / Math.max(places, n + 2 * p)}%`; // cells of one size
    output.replaceChildren(answers);
    const sum = terms.map(({ pixel, weight }) => `${signed(weight)}·${pixel}`).join(" + ");
    says.textContent =
      `Row ${row + 1}, column ${column + 1} of ${places} by ${places}: ${sum} = ` +
      String(total(terms)).replace("-", "−");
  }

  const sliders = SETTINGS.map(([words, name, min, max]) =>
    slider(words, { min, max, value: at[name] }, (value) => {
      play.halt();
      at[name] = value;
      place = 0;
      draw();
    }),
  );
  root.append(
    element("div", { class: "widget-controls" }, ...sliders),
    element("div", { class: "widget-buttons" }, button("Back", by(-1)), button("Next", by(1)), play),
    drawings,
    says,
    size,
    fields,
  );
  draw();
}

mountAll("stepper", mount);
