// Trained networks, run forwards: layers as the site's build exports them from PyTorch.

import { floats } from "./data.js";

// Layers whose weights are numbers, of layers whose weights are base64.
export function decoded(layers) {
  return layers.map((layer) =>
    layer.weight ? { ...layer, weight: floats(layer.weight), bias: floats(layer.bias) } : layer,
  );
}

const LAYERS = { linear, convolution, relu, pool };

// Scores of an image {values, channels, height, width}, values channel by channel, row by row.
export function forward(layers, image) {
  return layers.reduce((x, layer) => LAYERS[layer.kind](x, layer), image).values;
}

// weight (outputs, inputs), bias (outputs).
function linear(x, { weight, bias, inputs, outputs }) {
  const values = new Float32Array(outputs);
  for (let i = 0; i < outputs; i++) {
    let sum = bias[i];
    for (let j = 0; j < inputs; j++) sum += weight[i * inputs + j] * x.values[j];
    values[i] = sum;
  }
  return { values };
}

// weight (filters, channels, size, size), bias (filters); stride 1.
function convolution(x, { weight, bias, filters, size, padding }) {
  const height = x.height + 2 * padding - size + 1;
  const width = x.width + 2 * padding - size + 1;
  const values = new Float32Array(filters * height * width);
  for (let f = 0; f < filters; f++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        let sum = bias[f];
        for (let c = 0; c < x.channels; c++) {
          for (let u = 0; u < size; u++) {
            const y = row + u - padding;
            if (y < 0 || y >= x.height) continue; // padded with zeros
            for (let v = 0; v < size; v++) {
              const at = column + v - padding;
              if (at < 0 || at >= x.width) continue;
              const w = weight[((f * x.channels + c) * size + u) * size + v];
              sum += w * x.values[(c * x.height + y) * x.width + at];
            }
          }
        }
        values[(f * height + row) * width + column] = sum;
      }
    }
  }
  return { values, channels: filters, height, width };
}

function relu(x) {
  return { ...x, values: x.values.map((value) => Math.max(value, 0)) };
}

// The largest value of each window of size by size; windows do not overlap.
function pool(x, { size }) {
  const height = Math.floor(x.height / size);
  const width = Math.floor(x.width / size);
  const values = new Float32Array(x.channels * height * width).fill(-Infinity);
  for (let c = 0; c < x.channels; c++) {
    for (let row = 0; row < height * size; row++) {
      for (let column = 0; column < width * size; column++) {
        const to = (c * height + Math.floor(row / size)) * width + Math.floor(column / size);
        values[to] = Math.max(values[to], x.values[(c * x.height + row) * x.width + column]);
      }
    }
  }
  return { values, channels: x.channels, height, width };
}

export function softmax(scores) {
  const largest = Math.max(...scores); // exp of what is left is at most 1
  const powers = Array.from(scores, (score) => Math.exp(score - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

// Pixels from 0 to 255 as the networks were given them.
export function normalised(pixels, { mean, std }) {
  return Float32Array.from(pixels, (pixel) => (pixel / 255 - mean) / std);
}

// A square image moved by whole pixels; what comes in is 0.
export function shifted(pixels, side, dx, dy) {
  const values = new Float32Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const inside = y - dy >= 0 && y - dy < side && x - dx >= 0 && x - dx < side;
      if (inside) values[y * side + x] = pixels[(y - dy) * side + x - dx];
    }
  }
  return values;
}

// By how many whole pixels to move an image so that its centre of mass is in the middle, as MNIST's
// makers moved theirs; none for an empty one.
export function toCentre(pixels, side) {
  let mass = 0;
  let x = 0;
  let y = 0;
  pixels.forEach((pixel, i) => {
    mass += pixel;
    x += pixel * ((i % side) + 0.5);
    y += pixel * (Math.floor(i / side) + 0.5);
  });
  return mass ? [Math.round(side / 2 - x / mass), Math.round(side / 2 - y / mass)] : [0, 0];
}
