// The arithmetic of convolutions, as lesson 5 has it: correlation, sizes, receptive fields.

// Pixels from the first to the last that a kernel of `kernel` weights touches.
export function reach(kernel, dilation = 1) {
  return dilation * (kernel - 1) + 1;
}

// At how many places a window fits; 0 where it does not fit at all.
export function outputSize(size, kernel, stride = 1, padding = 0, dilation = 1) {
  const room = size + 2 * padding - reach(kernel, dilation);
  return room < 0 ? 0 : Math.floor(room / stride) + 1;
}

// The products whose sum is the answer at one place: row by row of the kernel.
// image: {values, height, width}, row by row; kernel: {values, size}.
export function products(image, kernel, row, column, { stride = 1, padding = 0, dilation = 1 } = {}) {
  const terms = [];
  for (let u = 0; u < kernel.size; u++) {
    for (let v = 0; v < kernel.size; v++) {
      const y = row * stride - padding + u * dilation;
      const x = column * stride - padding + v * dilation;
      const inside = y >= 0 && y < image.height && x >= 0 && x < image.width;
      const pixel = inside ? image.values[y * image.width + x] : 0;
      terms.push({ y, x, pixel, weight: kernel.values[u * kernel.size + v] });
    }
  }
  return terms;
}

export function total(terms) {
  return terms.reduce((sum, { pixel, weight }) => sum + pixel * weight, 0);
}

// The kernel's answers at all places, an image again.
export function correlate(image, kernel, { stride = 1, padding = 0, dilation = 1 } = {}) {
  const height = outputSize(image.height, kernel.size, stride, padding, dilation);
  const width = outputSize(image.width, kernel.size, stride, padding, dilation);
  const values = new Float64Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let u = 0; u < kernel.size; u++) {
      const y = row * stride - padding + u * dilation;
      if (y < 0 || y >= image.height) continue; // a row of zeros
      for (let v = 0; v < kernel.size; v++) {
        const weight = kernel.values[u * kernel.size + v];
        for (let column = 0; column < width; column++) {
          const x = column * stride - padding + v * dilation;
          if (x >= 0 && x < image.width)
            values[row * width + column] += weight * image.values[y * image.width + x];
        }
      }
    }
  }
  return { values, height, width };
}

// The side of the patch of input that one unit sees, for layers {kernel, stride, dilation}.
export function receptiveField(layers) {
  let field = 1;
  let jump = 1;
  for (const { kernel, stride = 1, dilation = 1 } of layers) {
    field += (reach(kernel, dilation) - 1) * jump;
    jump *= stride;
  }
  return field;
}
