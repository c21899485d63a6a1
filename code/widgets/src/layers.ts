// What Keras's layers compute, in plain loops. Images have shape [height, width, channels];
// only `normalize` sees several at once. A test holds every layer here to Keras.

import type { Random } from "./random";

export interface Tensor {
  shape: number[];
  data: Float64Array;
}

type Pair = [number, number];
type Padding = "valid" | "same";

/** A layer as `dnnbook.export` writes it; arrays are cut out of the model's one list of numbers. */
export interface Layer {
  kind: string;
  name: string;
  kernel?: Tensor;
  bias?: Tensor;
  scale?: Tensor;
  shift?: Tensor;
  window?: Pair;
  stride?: Pair;
  padding?: Padding;
  activation?: string;
  slope?: number;
  gamma?: Tensor;
  beta?: Tensor;
  epsilon?: number;
  rate?: number;
  shape?: number[];
}

export function product(shape: number[]): number {
  return shape.reduce((all, length) => all * length, 1);
}

export function zeros(shape: number[]): Tensor {
  return { shape, data: new Float64Array(product(shape)) };
}

/** In how many places a window stands along an axis, and how much padding lies before it.
 * Keras pads as little as `same` needs, the odd pixel at the end. */
export function places(length: number, window: number, stride: number, padding: Padding) {
  if (padding === "valid") return { count: Math.floor((length - window) / stride) + 1, before: 0 };
  const count = Math.ceil(length / stride);
  const pad = Math.max((count - 1) * stride + window - length, 0);
  return { count, before: Math.floor(pad / 2) };
}

/** Calls `visit` for each pair of an output place and an input place under its window. */
function slide(
  [height, width]: number[],
  [tall, wide]: Pair,
  [down, right]: Pair,
  padding: Padding,
  visit: (output: number, input: number, weight: number) => void,
): Pair {
  const rows = places(height, tall, down, padding);
  const columns = places(width, wide, right, padding);
  for (let p = 0; p < rows.count; p++)
    for (let q = 0; q < columns.count; q++)
      for (let i = 0; i < tall; i++)
        for (let j = 0; j < wide; j++) {
          const row = p * down + i - rows.before;
          const column = q * right + j - columns.before;
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          visit(p * columns.count + q, row * width + column, i * wide + j);
        }
  return [rows.count, columns.count];
}

/** y[p, q, f] = Σ x[p·s + i, q·s + j, c] k[i, j, c, f] + b[f]. */
export function convolve(x: Tensor, layer: Layer): Tensor {
  const [tall, wide, channels, filters] = layer.kernel!.shape;
  const kernel = layer.kernel!.data;
  const [rows, columns] = layer.stride!.map(
    (stride, axis) => places(x.shape[axis], [tall, wide][axis], stride, layer.padding!).count,
  );
  const y = zeros([rows, columns, filters]);
  slide(x.shape, [tall, wide], layer.stride!, layer.padding!, (output, input, weight) => {
    for (let c = 0; c < channels; c++) {
      const value = x.data[input * channels + c];
      if (value === 0) continue;
      const from = (weight * channels + c) * filters;
      for (let f = 0; f < filters; f++) y.data[output * filters + f] += value * kernel[from + f];
    }
  });
  return biased(y, layer.bias);
}

/** The transposed convolution: each input pixel adds its kernel, times its value, to the output.
 * It is the convolution's gradient, so its output is what a convolution with this window,
 * stride and padding would have read. The kernel has shape [tall, wide, filters, channels]. */
export function spread(x: Tensor, layer: Layer): Tensor {
  const [tall, wide, filters, channels] = layer.kernel!.shape;
  const kernel = layer.kernel!.data;
  const [height, width] = layer.stride!.map((stride, axis) => {
    const beyond = layer.padding === "valid" ? Math.max([tall, wide][axis] - stride, 0) : 0;
    return x.shape[axis] * stride + beyond;
  });
  const y = zeros([height, width, filters]);
  slide(y.shape, [tall, wide], layer.stride!, layer.padding!, (input, output, weight) => {
    for (let f = 0; f < filters; f++) {
      let sum = 0;
      for (let c = 0; c < channels; c++)
        sum += x.data[input * channels + c] * kernel[(weight * filters + f) * channels + c];
      y.data[output * filters + f] += sum;
    }
  });
  return biased(y, layer.bias);
}

/** The largest value, or the mean, of each window; padding takes no part in either. */
export function pool(x: Tensor, layer: Layer, largest: boolean): Tensor {
  const channels = x.shape[2];
  const [rows, columns] = layer.stride!.map(
    (stride, axis) => places(x.shape[axis], layer.window![axis], stride, layer.padding!).count,
  );
  const y = zeros([rows, columns, channels]);
  const seen = new Float64Array(rows * columns);
  if (largest) y.data.fill(-Infinity);
  slide(x.shape, layer.window!, layer.stride!, layer.padding!, (output, input) => {
    seen[output] += 1;
    for (let c = 0; c < channels; c++) {
      const at = output * channels + c;
      const value = x.data[input * channels + c];
      y.data[at] = largest ? Math.max(y.data[at], value) : y.data[at] + value;
    }
  });
  if (!largest) y.data.forEach((sum, at) => (y.data[at] = sum / seen[Math.floor(at / channels)]));
  return y;
}

export function meanOfMaps(x: Tensor): Tensor {
  const [height, width, channels] = x.shape;
  const y = zeros([channels]);
  x.data.forEach((value, at) => (y.data[at % channels] += value / (height * width)));
  return y;
}

/** Repeats rows and columns. */
export function enlarge(x: Tensor, [down, right]: Pair): Tensor {
  const [height, width, channels] = x.shape;
  const y = zeros([height * down, width * right, channels]);
  y.data.forEach((_, at) => {
    const c = at % channels;
    const column = Math.floor(at / channels) % (width * right);
    const row = Math.floor(at / channels / (width * right));
    const from = Math.floor(row / down) * width + Math.floor(column / right);
    y.data[at] = x.data[from * channels + c];
  });
  return y;
}

/** y = x W + b along the last axis. */
export function dense(x: Tensor, layer: Layer): Tensor {
  const [inputs, units] = layer.kernel!.shape;
  const y = zeros([...x.shape.slice(0, -1), units]);
  const kernel = layer.kernel!.data;
  x.data.forEach((value, at) => {
    const row = Math.floor(at / inputs) * units;
    const from = (at % inputs) * units;
    for (let u = 0; u < units; u++) y.data[row + u] += value * kernel[from + u];
  });
  return biased(y, layer.bias);
}

/** Batch normalisation as in training: by mean and variance of these inputs, channel by channel. */
export function normalize(xs: Tensor[], layer: Layer): Tensor[] {
  const [gamma, beta] = [layer.gamma!.data, layer.beta!.data];
  const channels = gamma.length;
  const count = (xs.length * xs[0].data.length) / channels;
  const [mean, variance] = [new Float64Array(channels), new Float64Array(channels)];
  for (const x of xs) x.data.forEach((z, at) => (mean[at % channels] += z / count));
  for (const x of xs)
    x.data.forEach((z, at) => (variance[at % channels] += (z - mean[at % channels]) ** 2 / count));
  const scale = gamma.map((factor, c) => factor / Math.sqrt(variance[c] + layer.epsilon!));
  return xs.map(({ shape, data }) => {
    const of = (z: number, c: number) => (z - mean[c]) * scale[c] + beta[c];
    return { shape, data: data.map((z, at) => of(z, at % channels)) };
  });
}

/** Dropout as in training: each number is left out by chance, and the others are scaled up. */
export function leaveOut(x: Tensor, rate: number, random: Random): Tensor {
  return each(x, (z) => (random() < rate ? 0 : z / (1 - rate)));
}

function biased(y: Tensor, bias?: Tensor): Tensor {
  if (bias) y.data.forEach((_, at) => (y.data[at] += bias.data[at % bias.data.length]));
  return y;
}

export function each(x: Tensor, bend: (z: number) => number): Tensor {
  return { shape: x.shape, data: x.data.map((z) => bend(z)) };
}

/** e^z / Σ e^z along the last axis; the largest z is taken off first, which changes nothing. */
export function softmax(x: Tensor): Tensor {
  const last = x.shape[x.shape.length - 1];
  const y = zeros(x.shape);
  for (let from = 0; from < x.data.length; from += last) {
    const row = x.data.subarray(from, from + last);
    const most = Math.max(...row);
    const powers = row.map((z) => Math.exp(z - most));
    const sum = powers.reduce((all, power) => all + power, 0);
    y.data.set(powers.map((power) => power / sum), from);
  }
  return y;
}

export const BENDS: Record<string, (z: number) => number> = {
  linear: (z) => z,
  relu: (z) => Math.max(z, 0),
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: Math.tanh,
};
