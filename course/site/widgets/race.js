// Six optimizers race downhill, each at a rate of the reader's choice.

import {
  announcer, button, canvas, choice, colour, element, mountAll, onArrows, onChange, picture, place, runner, sharp,
  short, slider,
} from "./frame.js";
import { MAP, RULES, SETTINGS, SURFACES, bestRate, descend } from "./optim.js";

const STEPS = 30; // as in lesson 2
const EACH = 130; // milliseconds that a step is shown for
const CURVES = { shape: 0.75, left: 44, bottom: 22 };
const LEVELS = 12;
const MARKS = ["circle", "square", "diamond", "up", "down", "cross"]; // colour alone is not for everybody

const WIDE = MAP.right - MAP.left;
const HIGH = MAP.top - MAP.bottom;

function mark(context, kind, x, y, r) {
  context.beginPath();
  if (kind === "circle") context.arc(x, y, r, 0, 7);
  else {
    const shapes = {
      square: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
      diamond: [[0, -1.4], [1.4, 0], [0, 1.4], [-1.4, 0]],
      up: [[0, -1.3], [1.2, 1], [-1.2, 1]],
      down: [[0, 1.3], [1.2, -1], [-1.2, -1]],
      cross: [[-1.3, -0.4], [-0.4, -0.4], [-0.4, -1.3], [0.4, -1.3], [0.4, -0.4], [1.3, -0.4], [1.3, 0.4],
        [0.4, 0.4], [0.4, 1.3], [-0.4, 1.3], [-0.4, 0.4], [-1.3, 0.4]],
    };
    for (const [dx, dy] of shapes[kind]) context.lineTo(x + dx * r, y + dy * r);
    context.closePath();
  }
  context.fill();
  context.stroke();
}

// Where the surface crosses a height, as short lines (marching squares).
function levelLines(surface, levels, cells = 90) {
  const lines = levels.map(() => []);
  const at = (i, j) => [MAP.left + (WIDE * i) / cells, MAP.bottom + (HIGH * j) / cells];
  const heights = [];
  for (let j = 0; j <= cells; j++) for (let i = 0; i <= cells; i++) heights.push(surface.height(at(i, j)));
  for (let j = 0; j < cells; j++) {
    for (let i = 0; i < cells; i++) {
      const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
      const h = corners.map(([a, b]) => heights[b * (cells + 1) + a]);
      levels.forEach((level, k) => {
        const crossed = [];
        for (let c = 0; c < 4; c++) {
          const [from, to] = [h[c], h[(c + 1) % 4]];
          if (from < level === to < level) continue;
          const share = (level - from) / (to - from);
          const [p, q] = [corners[c], corners[(c + 1) % 4]];
          crossed.push(at(p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])));
        }
        for (let c = 0; c + 1 < crossed.length; c += 2) lines[k].push([crossed[c], crossed[c + 1]]);
      });
    }
  }
  return lines.flat();
}

function mount(root) {
  let surface = SURFACES[0];
  let start = [...surface.start];
  let step = STEPS;
  let shownAt = 0;
  let lines = [];
  const racers = Object.entries(RULES).map(([name, rule], i) => ({
    name, rule, on: true, rate: 0.1, tone: String(i + 1), kind: MARKS[i],
  }));

  const map = canvas("The surface from above; arrow keys move the start");
  const curves = picture("Height after each step, on a logarithmic scale");
  const says = announcer();
  const settings = (racer) => ({ ...SETTINGS, ...shared, rate: racer.rate });
  const shared = { momentum: SETTINGS.momentum };

  function run() {
    for (const racer of racers) racer.path = descend(racer.rule, surface, start, settings(racer), STEPS);
    draw();
  }
  function tune() {
    for (const racer of racers) {
      racer.rate = bestRate(racer.rule, surface, start, settings(racer), STEPS);
      racer.slider.set(Math.log10(racer.rate));
    }
    run();
  }
  function survey() {
    // level lines lie denser where it is low: heights as squares of an even scale
    const highest = Math.max(surface.height([MAP.left, MAP.top]), surface.height(surface.start)) / 2;
    const levels = Array.from({ length: LEVELS }, (_, i) => highest * ((i + 0.6) / LEVELS) ** 2);
    lines = levelLines(surface, levels);
  }

  function draw() {
    const { context, width } = sharp(map, HIGH / WIDE);
    const scale = width / WIDE;
    const onScreen = ([x, y]) => [(x - MAP.left) * scale, (MAP.top - y) * scale];
    context.strokeStyle = colour(root, "line");
    context.lineWidth = 1;
    context.beginPath();
    for (const [from, to] of lines) {
      context.moveTo(...onScreen(from));
      context.lineTo(...onScreen(to));
    }
    context.stroke();
    for (const racer of racers.filter(({ on }) => on)) {
      const points = racer.path.points.slice(0, step + 1).map(onScreen);
      context.strokeStyle = context.fillStyle = colour(root, racer.tone);
      context.lineWidth = 2;
      context.beginPath();
      for (const point of points) context.lineTo(...point);
      context.stroke();
      context.lineWidth = 1;
      context.strokeStyle = colour(root, "paper");
      mark(context, racer.kind, ...points.at(-1), 6);
    }
    context.strokeStyle = context.fillStyle = colour(root, "ink");
    context.lineWidth = 2;
    context.beginPath();
    context.arc(...onScreen(start), 8, 0, 7);
    context.stroke();
    plot();
    report();
  }

  function plot() {
    const { left, bottom } = CURVES;
    const { context, width, height } = sharp(curves, CURVES.shape);
    const [low, high] = [-8, 2]; // powers of ten
    const x = (i) => left + ((width - left - 8) * i) / STEPS;
    const y = (h) => {
      const power = Math.min(Math.max(Math.log10(Math.max(h, 1e-30)), low), high);
      return 6 + ((height - bottom - 6) * (high - power)) / (high - low);
    };
    context.font = "12px sans-serif";
    context.fillStyle = colour(root, "quiet");
    context.strokeStyle = colour(root, "line");
    context.lineWidth = 1;
    for (let power = low; power <= high; power += 2) {
      context.beginPath();
      context.moveTo(left, y(10 ** power));
      context.lineTo(width - 8, y(10 ** power));
      context.stroke();
      context.textAlign = "right";
      context.fillText(power === 0 ? "1" : `1e${power}`.replace("-", "−"), left - 6, y(10 ** power) + 4);
    }
    context.textAlign = "center";
    for (let i = 0; i <= STEPS; i += 10) context.fillText(i === STEPS ? `step ${i}` : String(i), Math.min(x(i), width - 26), height - 5);
    for (const racer of racers.filter(({ on }) => on)) {
      context.strokeStyle = colour(root, racer.tone);
      context.lineWidth = 2;
      context.beginPath();
      racer.path.heights.slice(0, step + 1).forEach((h, i) => context.lineTo(x(i), y(h)));
      context.stroke();
    }
  }

  function report() {
    for (const racer of racers) {
      const { heights } = racer.path;
      const ran = heights.length > step;
      racer.height.textContent = ran ? short(heights[step]) : "∞";
    }
    const running = racers.filter(({ on, path }) => on && path.heights.length > step);
    if (step < STEPS) return; // a screen reader hears the end, not each step
    const order = running.sort((a, b) => a.path.heights[step] - b.path.heights[step]);
    const told = order.map(({ name, path }) => `${name} (height ${short(path.heights[step])})`);
    says.textContent = order.length
      ? `After ${step} steps the lowest is ${told[0]}${told.length > 1 ? `, the highest ${told.at(-1)}` : ""}.`
      : `After ${step} steps nobody is left: their rates are too high.`;
  }

  const play = runner("Race", (now) => {
    if (step >= STEPS) step = 0; // a new race
    if (now - shownAt < EACH) return true;
    shownAt = now;
    step += 1;
    draw();
    return step < STEPS;
  });
  const finish = () => {
    play.halt();
    step = STEPS;
  };

  const rows = racers.map((racer, i) => {
    const box = element("input", { type: "checkbox", "aria-label": `${racer.name} takes part` });
    box.checked = true;
    box.addEventListener("change", () => {
      racer.on = box.checked;
      draw();
    });
    const sign = picture();
    sign.setAttribute("aria-hidden", "true");
    racer.sign = sign;
    racer.height = element("output", {}, "");
    racer.slider = slider(
      racer.name,
      { min: -3, max: 1, step: 0.05, value: -1, write: (power) => short(10 ** power) },
      (power) => {
        finish();
        racer.rate = 10 ** power;
        run();
      },
    );
    return element("div", { class: "race-row" }, box, sign, racer.slider, racer.height);
  });
  function signs() {
    for (const racer of racers) {
      const { context } = sharp(racer.sign, 1);
      context.fillStyle = context.strokeStyle = colour(root, racer.tone);
      mark(context, racer.kind, 11, 11, 7);
    }
  }

  function from(x, y) {
    finish();
    start = [Math.min(Math.max(x, MAP.left), MAP.right), Math.min(Math.max(y, MAP.bottom), MAP.top)];
    run();
  }
  onArrows(map, (dx, dy) => from(start[0] + dx * 0.05, start[1] - dy * 0.05));
  map.addEventListener("pointerdown", (event) => {
    const [x, y] = place(event);
    from(MAP.left + WIDE * x, MAP.top - HIGH * y);
  });

  root.append(
    element(
      "div",
      { class: "widget-controls" },
      choice("Surface", SURFACES.map(({ name }) => name), (name) => {
        finish();
        surface = SURFACES.find((one) => one.name === name);
        start = [...surface.start];
        survey();
        tune();
      }),
      slider("Momentum", { min: 0, max: 0.99, step: 0.01, value: SETTINGS.momentum }, (value) => {
        finish();
        shared.momentum = value;
        run();
      }),
    ),
    element("div", { class: "widget-buttons" }, play, button("Best rate for each", () => {
      finish();
      tune();
    })),
    element(
      "div",
      { class: "race-parts" },
      element("figure", {}, element("figcaption", {}, "from above; the ring is the start"), map),
      element("figure", {}, element("figcaption", {}, "height at each step"), curves),
      element("div", { class: "race-rows" }, element("p", { class: "race-note" }, "rate, and height reached"), ...rows),
    ),
    says,
  );
  survey();
  tune();
  signs();
  onChange(root, () => {
    signs();
    draw();
  });
}

mountAll("race", mount);
