// A small multi-layer perceptron, its gradient, and a step of training, as lessons 3, 4 and 6 have them.
// A layer is: dense, then batch normalisation where it is on, activation, dropout; the last is dense
// alone, and softmax cross-entropy follows. Matrices are flat, row by row.

import { normal } from "./random.js";

const EPS = 1e-5; // batch normalisation's
const KEEP = 0.9; // of its running statistics, at each step

export const ACTIVATIONS = {
  ReLU: { f: (z) => Math.max(z, 0), slope: (z) => (z > 0 ? 1 : 0), gain: (fanIn) => 2 / fanIn },
  tanh: {
    f: Math.tanh,
    slope: (z) => 1 - Math.tanh(z) ** 2,
    gain: (fanIn, fanOut) => 2 / (fanIn + fanOut),
  },
  sigmoid: {
    f: (z) => 1 / (1 + Math.exp(-z)),
    slope: (z) => Math.exp(-Math.abs(z)) / (1 + Math.exp(-Math.abs(z))) ** 2,
    gain: (fanIn, fanOut) => 2 / (fanIn + fanOut),
  },
};

// A network of these widths, inputs first; weights as He or Xavier have them, biases zero.
export function create(widths, { activation = "ReLU", batchNorm = false }, random) {
  const draw = normal(random);
  const layers = [];
  for (let l = 1; l < widths.length; l++) {
    const [fanIn, fanOut] = [widths[l - 1], widths[l]];
    const std = Math.sqrt(ACTIVATIONS[activation].gain(fanIn, fanOut));
    const last = l === widths.length - 1;
    const layer = {
      fanIn, fanOut, last,
      weight: Float64Array.from({ length: fanIn * fanOut }, () => std * draw()), // (out, in)
      bias: new Float64Array(fanOut),
    };
    if (batchNorm && !last) {
      layer.gamma = new Float64Array(fanOut).fill(1);
      layer.beta = new Float64Array(fanOut);
      layer.mean = new Float64Array(fanOut);
      layer.variance = new Float64Array(fanOut).fill(1);
    }
    layers.push(layer);
  }
  return { activation, layers };
}

// What training changes, in one order.
export function parameters(network) {
  return network.layers.flatMap((layer) =>
    ["weight", "bias", "gamma", "beta"].filter((name) => layer[name]).map((name) => ({ layer, name })),
  );
}

// Scores (N, C), and for training what the way back needs. `keep` gives each hidden unit's factor:
// 0 if dropped, else 1 / (1 - p).
export function forward(network, x, { training = false, keep = null } = {}) {
  const count = x.length / network.layers[0].fanIn;
  const { f } = ACTIVATIONS[network.activation];
  let a = x;
  const caches = [];
  for (const layer of network.layers) {
    const cache = { a, z: dense(layer, a, count) };
    if (layer.last) a = cache.z;
    else {
      if (layer.gamma) normalise(layer, cache, count, training);
      a = cache.z.map(f);
      if (training && keep) {
        cache.keep = a.map(keep);
        a = a.map((value, i) => value * cache.keep[i]);
      }
    }
    caches.push(cache);
  }
  return { scores: a, caches, count };
}

function dense({ weight, bias, fanIn, fanOut }, a, count) {
  const z = new Float64Array(count * fanOut);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < fanOut; i++) {
      let sum = bias[i];
      for (let j = 0; j < fanIn; j++) sum += weight[i * fanIn + j] * a[n * fanIn + j];
      z[n * fanOut + i] = sum;
    }
  }
  return z;
}

function normalise(layer, cache, count, training) {
  const { fanOut, gamma, beta } = layer;
  const z = cache.z;
  cache.hat = new Float64Array(z.length);
  cache.std = new Float64Array(fanOut);
  cache.z = new Float64Array(z.length);
  for (let i = 0; i < fanOut; i++) {
    let [mean, variance] = [layer.mean[i], layer.variance[i]];
    if (training) {
      mean = variance = 0;
      for (let n = 0; n < count; n++) mean += z[n * fanOut + i] / count;
      for (let n = 0; n < count; n++) variance += (z[n * fanOut + i] - mean) ** 2 / count;
      const unbiased = (variance * count) / Math.max(1, count - 1); // what PyTorch keeps
      layer.mean[i] = KEEP * layer.mean[i] + (1 - KEEP) * mean;
      layer.variance[i] = KEEP * layer.variance[i] + (1 - KEEP) * unbiased;
    }
    cache.std[i] = Math.sqrt(variance + EPS);
    for (let n = i; n < z.length; n += fanOut) {
      cache.hat[n] = (z[n] - mean) / cache.std[i];
      cache.z[n] = gamma[i] * cache.hat[n] + beta[i];
    }
  }
}

// Mean cross-entropy of scores (N, C) against labels, and the probabilities.
export function crossEntropy(scores, labels) {
  const classes = scores.length / labels.length;
  const shares = new Float64Array(scores.length);
  let loss = 0;
  labels.forEach((label, n) => {
    const row = scores.slice(n * classes, (n + 1) * classes);
    const largest = Math.max(...row);
    const sum = row.reduce((total, score) => total + Math.exp(score - largest), 0);
    row.forEach((score, c) => (shares[n * classes + c] = Math.exp(score - largest) / sum));
    loss += (largest + Math.log(sum) - row[label]) / labels.length;
  });
  return { loss, shares };
}

// The loss on a batch, and its gradient: for each of `parameters(network)` an array like it. L2 adds
// l2 * sum w^2 over weights, not biases, to what is descended on, but not to the loss that is told.
export function lossAndGradient(network, x, labels, { keep = null, l2 = 0 } = {}) {
  const { scores, caches, count } = forward(network, x, { training: true, keep });
  const { loss, shares } = crossEntropy(scores, labels);
  const { slope } = ACTIVATIONS[network.activation];
  const classes = scores.length / count;
  let delta = shares.map((share, i) => (share - (labels[Math.floor(i / classes)] === i % classes)) / count);
  const gradients = [];
  for (let l = network.layers.length - 1; l >= 0; l--) {
    const layer = network.layers[l];
    const cache = caches[l];
    const found = {};
    if (!layer.last) {
      delta = delta.map((d, i) => d * (cache.keep ? cache.keep[i] : 1) * slope(cache.z[i]));
      if (layer.gamma) delta = throughNormalisation(layer, cache, delta, count, found);
    }
    const { fanIn, fanOut, weight } = layer;
    found.weight = weight.map((w) => 2 * l2 * w);
    found.bias = new Float64Array(fanOut);
    const below = new Float64Array(count * fanIn);
    for (let n = 0; n < count; n++) {
      for (let i = 0; i < fanOut; i++) {
        const d = delta[n * fanOut + i];
        found.bias[i] += d;
        for (let j = 0; j < fanIn; j++) {
          found.weight[i * fanIn + j] += d * cache.a[n * fanIn + j];
          below[n * fanIn + j] += d * weight[i * fanIn + j];
        }
      }
    }
    delta = below;
    gradients.unshift(found);
  }
  const order = parameters(network);
  return { loss, gradients: order.map(({ layer, name }) => gradients[network.layers.indexOf(layer)][name]) };
}

function throughNormalisation({ fanOut, gamma }, { hat, std }, delta, count, found) {
  found.gamma = new Float64Array(fanOut);
  found.beta = new Float64Array(fanOut);
  delta.forEach((d, n) => {
    found.gamma[n % fanOut] += d * hat[n];
    found.beta[n % fanOut] += d;
  });
  return delta.map((d, n) => {
    const i = n % fanOut;
    return (gamma[i] / std[i]) * (d - found.beta[i] / count - (hat[n] * found.gamma[i]) / count);
  });
}

// One step on a batch; L1 is the soft threshold by rate * l1 after it, so weights become exactly zero.
// The state of the rule is kept in `network`.
export function train(network, x, labels, rule, settings, { keep = null, l1 = 0, l2 = 0 } = {}) {
  const { loss, gradients } = lossAndGradient(network, x, labels, { keep, l2 });
  network.states ??= gradients.map(() => ({}));
  parameters(network).forEach(({ layer, name }, i) => {
    layer[name] = rule(layer[name], gradients[i], settings, network.states[i]);
    if (name === "weight" && l1) {
      const threshold = settings.rate * l1;
      layer[name] = layer[name].map((w) => Math.sign(w) * Math.max(Math.abs(w) - threshold, 0));
    }
  });
  return loss;
}
