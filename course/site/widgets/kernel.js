// Kernels that people made, or the reader: what they answer on a digit and on a photograph.

import { correlate, products, total } from "./conv.js";
import { bytes } from "./data.js";
import {
  announcer, button, canvas, choice, colour, element, mountAll, onArrows, onChange, place, short, tick,
} from "./frame.js";
import { PICTURES } from "./pictures.js";

const KERNELS = {
  "change from left to right (Sobel)": [-1, 0, 1, -2, 0, 2, -1, 0, 1],
  "change from top to bottom (Sobel)": [-1, -2, -1, 0, 0, 0, 1, 2, 1],
  "edges of all directions (Laplace)": [0, 1, 0, 1, -4, 1, 0, 1, 0],
  "nothing changes": [0, 0, 0, 0, 1, 0, 0, 0, 0],
  "blur: mean of 3 by 3": Array(9).fill(1 / 9),
  "blur: mean of 5 by 5": Array(25).fill(1 / 25),
  "soft blur of 5 by 5": [1, 4, 6, 4, 1].flatMap((u) => [1, 4, 6, 4, 1].map((v) => (u * v) / 256)),
  sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
  relief: [-2, -1, 0, -1, 1, 1, 0, 1, 2],
  "a line that rises": [-1, -1, 2, -1, 2, -1, 2, -1, -1],
};
const ACROSS = 456; // pixels of a drawing, about

// A kernel with a border of zeros more, or a ring less.
function resized(kernel, size) {
  const off = (size - kernel.size) / 2;
  const values = Array(size * size).fill(0);
  for (let u = 0; u < kernel.size; u++) {
    for (let v = 0; v < kernel.size; v++) {
      const inside = u + off >= 0 && u + off < size && v + off >= 0 && v + off < size;
      if (inside) values[(u + off) * size + v + off] = kernel.values[u * kernel.size + v];
    }
  }
  return { values, size };
}

// Puts an image on a canvas, `low` black and `high` white, each pixel a square.
function paint(target, image, low, high, scale) {
  target.width = image.width * scale;
  target.height = image.height * scale;
  const small = new OffscreenCanvas(image.width, image.height);
  const pixels = new ImageData(image.width, image.height);
  for (let i = 0; i < image.values.length; i++) {
    const grey = high > low ? (255 * (image.values[i] - low)) / (high - low) : 0;
    pixels.data.set([grey, grey, grey, 255], 4 * i);
  }
  small.getContext("2d").putImageData(pixels, 0, 0);
  const context = target.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, target.width, target.height);
}

function frame(target, x, y, side, scale) {
  const context = target.getContext("2d");
  for (const [width, tone] of [[5, "#000000"], [2, "#ffd43b"]]) {
    context.lineWidth = width;
    context.strokeStyle = tone; // seen on black and on white, whatever the theme
    context.strokeRect(x * scale, y * scale, side * scale, side * scale);
  }
}

function mount(root) {
  const pictures = PICTURES.map(({ name, height, width, pixels }) => ({
    name, height, width, values: Float64Array.from(bytes(pixels), (byte) => byte / 255),
  }));
  let image = pictures[0];
  let kernel = { values: [...Object.values(KERNELS)[0]], size: 3 };
  let clipped = false;
  let response;
  let at = { row: 12, column: 15 };

  const keys = "arrow keys move the window";
  const seen = canvas(`The image, with the window; ${keys}`);
  const answers = canvas(`The kernel's answers; ${keys}`);
  const answersSay = element("figcaption");
  const grid = element("div", { class: "kernel-grid", role: "group", "aria-label": "the kernel's weights" });
  const sums = element("div", { class: "kernel-sums", "aria-hidden": "true" });
  const says = announcer();

  function recompute() {
    response = correlate(image, kernel);
    if (clipped) response.values = response.values.map((value) => Math.max(value, 0));
    at.row = Math.min(at.row, response.height - 1);
    at.column = Math.min(at.column, response.width - 1);
    draw();
  }

  function draw() {
    const scale = Math.max(1, Math.round(ACROSS / image.width));
    paint(seen, image, 0, 1, scale);
    const low = response.values.reduce((a, b) => Math.min(a, b));
    const high = response.values.reduce((a, b) => Math.max(a, b));
    const most = Math.max(high, -low);
    paint(answers, response, low < 0 ? -most : 0, most, scale);
    const zero = low < 0 ? "grey" : "black";
    answersSay.textContent = `answers, from ${short(low)} to ${short(high)}; 0 is ${zero}`;
    frame(seen, at.column, at.row, kernel.size, scale);
    frame(answers, at.column, at.row, 1, scale);
    const terms = products(image, kernel, at.row, at.column);
    sums.style.setProperty("--side", kernel.size);
    sums.replaceChildren(
      ...terms.map(({ pixel, weight }) => {
        const part = element("span", {}, `${short(weight)} × ${pixel.toFixed(2)}`);
        part.style.borderColor = colour(root, weight * pixel < 0 ? "2" : weight * pixel > 0 ? "1" : "line");
        return part;
      }),
    );
    const sum = total(terms);
    const cut = clipped && sum < 0 ? ", which becomes 0" : "";
    says.textContent =
      `Row ${at.row + 1}, column ${at.column + 1}: ` +
      `the sum of ${terms.length} products, weight × pixel, is ${short(sum)}${cut}.`;
  }

  function edit() {
    grid.style.setProperty("--side", kernel.size);
    grid.replaceChildren(
      ...kernel.values.map((value, i) => {
        const words = `row ${Math.floor(i / kernel.size) + 1}, column ${(i % kernel.size) + 1}`;
        const rounded = Number(value.toFixed(4));
        const input = element("input", { type: "number", step: "any", value: rounded, "aria-label": words });
        input.addEventListener("input", () => {
          kernel.values[i] = Number(input.value);
          recompute();
        });
        return input;
      }),
    );
    size.querySelector("select").value = `${kernel.size} by ${kernel.size}`;
    recompute();
  }

  const size = choice("Size", ["3 by 3", "5 by 5"], (name) => {
    kernel = resized(kernel, Number(name[0]));
    edit();
  });
  const controls = [
    choice("Image", pictures.map(({ name }) => name), (name) => {
      image = pictures.find((picture) => picture.name === name);
      at = { row: Math.floor(image.height / 3), column: Math.floor(image.width / 3) };
      recompute();
    }),
    choice("Kernel", Object.keys(KERNELS), (name) => {
      kernel = { values: [...KERNELS[name]], size: Math.sqrt(KERNELS[name].length) };
      edit();
    }),
    size,
    tick("negative answers become 0 (ReLU)", false, (on) => {
      clipped = on;
      recompute();
    }),
  ];
  const turn = button("Turn by half a turn", () => {
    kernel.values.reverse();
    edit();
  });
  for (const [target, middle] of [[seen, () => (kernel.size - 1) / 2], [answers, () => 0]]) {
    target.addEventListener("pointermove", (event) => {
      const [x, y] = place(event);
      const { width, height } = target === seen ? image : response;
      go(Math.floor(x * width - middle()), Math.floor(y * height - middle()));
    });
    onArrows(target, (dx, dy) => go(at.column + dx, at.row + dy));
  }
  function go(column, row) {
    at.column = Math.min(Math.max(column, 0), response.width - 1);
    at.row = Math.min(Math.max(row, 0), response.height - 1);
    draw();
  }

  root.append(
    element("div", { class: "widget-controls" }, ...controls),
    element(
      "div",
      { class: "kernel-parts" },
      element("figure", {}, element("figcaption", {}, "image, with the window"), seen),
      element("figure", {}, answersSay, answers),
      element("figure", {}, element("figcaption", {}, "weights; change them"), grid, turn),
      element("figure", {}, element("figcaption", {}, "the products here"), sums),
    ),
    says,
  );
  edit();
  onChange(root, draw);
}

mountAll("kernel", mount);
