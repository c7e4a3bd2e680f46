// A small network learns to tell two classes of points apart.

import {
  announcer, button, choice, colour, element, mountAll, onChange, picture, runner, sharp, short, slider, tick,
} from "./frame.js";
import { ACTIVATIONS, create, crossEntropy, forward, parameters, train } from "./mlp.js";
import { RULES, SETTINGS } from "./optim.js";
import { KINDS, points } from "./points.js";
import { shuffled, uniform } from "./random.js";

const CELLS = 60; // of the drawn regions, a side
const REACH = 1.25; // the map goes from -REACH to REACH
const BATCH = 20;
const TESTED = 400; // points that are never trained on
const CURVE = { shape: 0.32, left: 36, bottom: 20 };
const STRENGTHS = [0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1];

function mount(root) {
  const at = {
    kind: KINDS[0], noise: 0.1, count: 60, depth: 2, width: 16, activation: "ReLU", rule: "Adam",
    rate: 0.01, l1: 0, l2: 0, dropout: 0, batchNorm: false,
  };
  let seed = 1;
  let random;
  let network;
  let data;
  let test;
  let epoch;
  let history;

  const map = picture();
  const curve = picture();
  const now = element("p", { class: "widget-formula" });
  const says = announcer();

  function fresh() {
    play.halt();
    random = uniform(seed);
    data = points(at.kind, at.count, at.noise, random);
    test = points(at.kind, TESTED, at.noise, random);
    restart();
  }
  function restart() {
    play.halt();
    random = uniform(seed + 1000);
    network = create([2, ...Array(at.depth).fill(at.width), 2], at, random);
    epoch = 0;
    history = [];
    measure();
    draw();
    tell();
  }
  function passes(count) {
    for (let pass = 0; pass < count; pass++) {
      const order = shuffled(at.count, random);
      for (let from = 0; from < at.count; from += BATCH) {
        const rows = order.slice(from, from + BATCH);
        const x = rows.flatMap((row) => [data.x[2 * row], data.x[2 * row + 1]]);
        const y = rows.map((row) => data.y[row]);
        const keep = at.dropout ? () => (random() < at.dropout ? 0 : 1 / (1 - at.dropout)) : null;
        train(network, Float64Array.from(x), y, RULES[at.rule], { ...SETTINGS, rate: at.rate }, {
          keep, l1: at.l1, l2: at.l2,
        });
      }
      epoch += 1;
      measure();
    }
  }
  function score({ x, y }) {
    const { scores } = forward(network, Float64Array.from(x));
    const { loss, shares } = crossEntropy(scores, y);
    const right = y.filter((label, n) => shares[2 * n + label] > 0.5).length / y.length;
    return { loss, right };
  }
  function measure() {
    history.push({ train: score(data), test: score(test) });
  }

  function draw() {
    drawMap();
    drawCurve();
    const { train: trained, test: tested } = history.at(-1);
    const weights = parameters(network).filter(({ name }) => name === "weight").flatMap(({ layer }) => [...layer.weight]);
    const zeros = weights.filter((weight) => weight === 0).length;
    const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0));
    now.textContent =
      `Epoch ${epoch}. Loss: training ${short(trained.loss)}, test ${short(tested.loss)}. ` +
      `Right: training ${percent(trained.right)}, test ${percent(tested.right)}. ` +
      `Weights: ${weights.length}, of which ${zeros} are 0; length ${short(length)}.`;
  }
  const percent = (share) => `${(100 * share).toFixed(0)} %`;

  function drawMap() {
    const centres = Array.from({ length: CELLS }, (_, i) => REACH * ((2 * i + 1) / CELLS - 1));
    const x = Float64Array.from(centres.flatMap((y) => centres.flatMap((c) => [c, -y])));
    const { scores } = forward(network, x);
    const { context, width } = sharp(map, 1);
    const side = width / CELLS;
    const onScreen = (value) => ((value + REACH) / (2 * REACH)) * width;
    const tones = [colour(root, "1"), colour(root, "2")];
    for (let i = 0; i < CELLS * CELLS; i++) {
      const share = 1 / (1 + Math.exp(scores[2 * i] - scores[2 * i + 1])); // of class 1
      context.globalAlpha = 0.55 * Math.abs(2 * share - 1) + 0.05;
      context.fillStyle = tones[share > 0.5 ? 1 : 0];
      // whole pixels, so that no seams show
      const [left, top] = [Math.round((i % CELLS) * side), Math.round(Math.floor(i / CELLS) * side)];
      context.fillRect(left, top, Math.round(((i % CELLS) + 1) * side) - left, Math.round((Math.floor(i / CELLS) + 1) * side) - top);
    }
    context.globalAlpha = 1;
    for (let n = 0; n < at.count; n++) {
      const [px, py] = [onScreen(data.x[2 * n]), onScreen(-data.x[2 * n + 1])];
      context.fillStyle = tones[data.y[n]];
      context.strokeStyle = colour(root, "paper");
      context.lineWidth = 1.5;
      context.beginPath();
      if (data.y[n]) context.rect(px - 4.5, py - 4.5, 9, 9); // squares: colour alone is not for everybody
      else context.arc(px, py, 5, 0, 7);
      context.fill();
      context.stroke();
    }
    const { train: trained, test: tested } = history.at(-1);
    map.setAttribute(
      "aria-label",
      `Points of two classes and the network's regions: ${percent(trained.right)} of the training points and ` +
        `${percent(tested.right)} of the test points lie in the right one`,
    );
  }

  function drawCurve() {
    const { left, bottom } = CURVE;
    const { context, width, height } = sharp(curve, CURVE.shape);
    const losses = history.flatMap((one) => [one.train.loss, one.test.loss]).filter(Number.isFinite);
    const top = Math.min(Math.max(...losses, 0.1), 3);
    const x = (i) => left + ((width - left - 6) * i) / Math.max(50, history.length - 1);
    const y = (loss) => 8 + (height - bottom - 8) * (1 - Math.min(loss, top) / top);
    context.font = "12px sans-serif";
    context.fillStyle = colour(root, "quiet");
    context.strokeStyle = colour(root, "line");
    context.lineWidth = 1;
    context.textAlign = "right";
    for (const loss of [0, top]) {
      context.fillText(loss.toFixed(1), left - 6, y(loss) + 4);
      context.beginPath();
      context.moveTo(left, y(loss));
      context.lineTo(width, y(loss));
      context.stroke();
    }
    context.fillText(`epoch ${epoch}`, width - 6, height - 4);
    for (const [name, tone, dash] of [["train", "3", []], ["test", "5", [6, 4]]]) {
      context.strokeStyle = colour(root, tone);
      context.lineWidth = 2;
      context.setLineDash(dash);
      context.beginPath();
      const every = Math.ceil(history.length / width);
      for (let i = 0; i < history.length; i += every) context.lineTo(x(i), y(history[i][name].loss));
      context.stroke();
    }
    context.setLineDash([]);
    curve.setAttribute("aria-label", `Loss over ${epoch} epochs, training and test`);
  }

  function tell() {
    says.textContent = epoch
      ? `After ${epoch} epoch${epoch > 1 ? "s" : ""} ${percent(history.at(-1).train.right)} of ${at.count} training points and ` +
        `${percent(history.at(-1).test.right)} of ${TESTED} test points are right.`
      : "Not trained yet. Circles and squares are the training points, the background is what the network says.";
  }

  const play = runner("Train", () => {
    passes(2);
    draw();
    if (epoch < 1000) return true;
    tell();
    return false;
  });
  play.addEventListener("click", () => {
    if (play.textContent === "Train") tell(); // it was paused
  });

  const change = (name, then) => (value) => {
    at[name] = value;
    then();
  };
  const strength = (words, name) =>
    slider(words, { min: 0, max: STRENGTHS.length - 1, value: 0, write: (i) => short(STRENGTHS[i]) }, (i) => {
      at[name] = STRENGTHS[i];
    });
  root.append(
    element(
      "div",
      { class: "playground-parts" },
      element(
        "div",
        {},
        element("div", { class: "widget-buttons" },
          play,
          button("One epoch", () => {
            play.halt();
            passes(1);
            draw();
            tell();
          }),
          button("Start again", restart),
          button("Other points", () => {
            seed += 1;
            fresh();
          })),
        map,
        element("p", { class: "race-note" }, "loss: training (line), test (dashes)"),
        curve,
      ),
      element(
        "div",
        { class: "playground-controls" },
        choice("Points", KINDS, change("kind", fresh)),
        slider("Noise", { min: 0, max: 0.4, step: 0.02, value: at.noise, write: (v) => v.toFixed(2) }, change("noise", fresh)),
        slider("To train on", { min: 20, max: 300, step: 20, value: at.count }, change("count", fresh)),
        slider("Hidden layers", { min: 0, max: 4, value: at.depth }, change("depth", restart)),
        slider("Units in each", { min: 1, max: 32, value: at.width }, change("width", restart)),
        choice("Activation", Object.keys(ACTIVATIONS), change("activation", restart)),
        choice("Optimizer", ["Adam", ...Object.keys(RULES).filter((name) => name !== "Adam")], change("rule", restart)),
        slider("Rate", { min: -4, max: 1, step: 0.1, value: -2, write: (power) => short(10 ** power) }, (power) => {
          at.rate = 10 ** power;
        }),
        strength("L1 (lasso)", "l1"),
        strength("L2 (ridge)", "l2"),
        slider("Dropout", { min: 0, max: 0.8, step: 0.1, value: 0, write: (p) => p.toFixed(1) }, (p) => {
          at.dropout = p; // from the next step on
        }),
        tick("Batch normalisation", false, change("batchNorm", restart)),
      ),
    ),
    now,
    says,
  );
  fresh();
  onChange(root, draw);
}

mountAll("playground", mount);
