// A dense network with one sigmoid unit at its end, and its training on two classes of points.
// A test holds it to Keras, and with dropout to the book's NumPy layers.

import { BENDS } from "./layers";
import type { Random } from "./random";

/** A layer from `inputs` numbers to `units`; in the list of all numbers its kernel begins at
 * `from`, row by row, and its bias follows. */
interface Place {
  inputs: number;
  units: number;
  from: number;
}

export interface Settings {
  activation: string;
  optimizer: "SGD" | "momentum" | "Adam";
  rate: number;
  /** The share of hidden outputs that is left out in training. */
  dropout: number;
  /** The price of the squared weights. */
  l2: number;
}

export interface Examples {
  x: number[][];
  y: number[];
}

/** Slopes of the activations, by what they gave. */
const SLOPES: Record<string, (y: number) => number> = {
  linear: () => 1,
  relu: (y) => +(y > 0),
  sigmoid: (y) => y * (1 - y),
  tanh: (y) => 1 - y * y,
};
const [KEEP, KEEP_SQUARES, LEAST] = [0.9, 0.999, 1e-7]; // Adam's, as in Keras
const MOMENTUM = 0.9;

export class Dense {
  readonly places: Place[] = [];
  weights: Float64Array;
  private velocity: Float64Array;
  private squares: Float64Array;
  private count = 0;

  /** Sizes from the input on, such as [2, 8, 1]; weights as Keras draws them: uniform, with the
   * variance of Glorot and Bengio, and biases of 0. */
  constructor(sizes: number[], random: Random) {
    let from = 0;
    sizes.slice(1).forEach((units, k) => {
      this.places.push({ inputs: sizes[k], units, from });
      from += (sizes[k] + 1) * units;
    });
    [this.weights, this.velocity, this.squares] = [0, 1, 2].map(() => new Float64Array(from));
    for (const { inputs, units, from: first } of this.places) {
      const most = Math.sqrt(6 / (inputs + units));
      for (let k = 0; k < inputs * units; k++) this.weights[first + k] = most * (2 * random() - 1);
    }
  }

  /** The outputs of all layers, the input first. `drop` changes hidden outputs, layer by layer. */
  private walk(x: number[], activation: string, drop?: (layer: number, unit: number) => number) {
    const outputs = [x];
    this.places.forEach(({ inputs, units, from }, layer) => {
      const last = layer === this.places.length - 1;
      const bend = BENDS[last ? "sigmoid" : activation];
      const before = outputs[layer];
      const after = new Array<number>(units);
      for (let u = 0; u < units; u++) {
        let sum = this.weights[from + inputs * units + u];
        for (let i = 0; i < inputs; i++) sum += before[i] * this.weights[from + i * units + u];
        after[u] = bend(sum) * (last || !drop ? 1 : drop(layer, u));
      }
      outputs.push(after);
    });
    return outputs;
  }

  /** The probability of class 1. */
  answer(x: number[], activation: string): number {
    return this.walk(x, activation)[this.places.length][0];
  }

  /** The mean cross-entropy, and the share of right answers. */
  judge({ x, y }: Examples, activation: string) {
    let [loss, right] = [0, 0];
    x.forEach((point, n) => {
      const p = this.answer(point, activation);
      loss -= Math.log(Math.max(y[n] ? p : 1 - p, 1e-15)) / x.length;
      right += +(p > 0.5 === (y[n] === 1)) / x.length;
    });
    return { loss, right };
  }

  /** The slopes of cross-entropy and L2 on all points at once, by backpropagation. */
  gradient({ x, y }: Examples, settings: Settings, random: Random): Float64Array {
    const slopes = new Float64Array(this.weights.length);
    const { activation, dropout, l2 } = settings;
    const masks = this.places.map(({ units }) => new Array<number>(units).fill(1));
    x.forEach((point, n) => {
      const outputs = this.walk(point, activation, (layer, u) => {
        const factor = dropout && random() < dropout ? 0 : 1 / (1 - dropout);
        return (masks[layer][u] = factor);
      });
      let back = [(outputs[this.places.length][0] - y[n]) / x.length];
      for (let layer = this.places.length - 1; layer >= 0; layer--) {
        this.add(slopes, layer, outputs[layer], back);
        if (layer) back = this.carry(layer, outputs[layer], back, activation, masks[layer - 1]);
      }
    });
    for (const { inputs, units, from } of this.places)
      for (let k = from; k < from + inputs * units; k++) slopes[k] += 2 * l2 * this.weights[k];
    return slopes;
  }

  /** Adds one point's slopes of a layer's weights: what went in, times what comes back. */
  private add(slopes: Float64Array, layer: number, before: number[], back: number[]): void {
    const { inputs, units, from } = this.places[layer];
    for (let u = 0; u < units; u++) {
      for (let i = 0; i < inputs; i++) slopes[from + i * units + u] += before[i] * back[u];
      slopes[from + inputs * units + u] += back[u];
    }
  }

  /** Carries the slope back through a layer's weights, the dropout and the bend before it. */
  private carry(layer: number, before: number[], back: number[], bend: string, mask: number[]) {
    const { units, from } = this.places[layer];
    return before.map((output, i) => {
      if (!mask[i]) return 0;
      let sum = 0;
      for (let u = 0; u < units; u++) sum += this.weights[from + i * units + u] * back[u];
      return sum * mask[i] * SLOPES[bend](output / mask[i]);
    });
  }

  /** One step of training on all points. */
  step(examples: Examples, settings: Settings, random: Random): void {
    const slopes = this.gradient(examples, settings, random);
    const { optimizer, rate } = settings;
    this.count += 1;
    if (optimizer === "Adam") return this.adam(slopes, rate);
    const keep = optimizer === "momentum" ? MOMENTUM : 0;
    slopes.forEach((slope, k) => {
      this.velocity[k] = keep * this.velocity[k] - rate * slope;
      this.weights[k] += this.velocity[k];
    });
  }

  private adam(slopes: Float64Array, rate: number): void {
    const { count, velocity, squares } = this;
    const length = (rate * Math.sqrt(1 - KEEP_SQUARES ** count)) / (1 - KEEP ** count);
    slopes.forEach((slope, k) => {
      velocity[k] += (1 - KEEP) * (slope - velocity[k]);
      squares[k] += (1 - KEEP_SQUARES) * (slope * slope - squares[k]);
      this.weights[k] -= (length * velocity[k]) / (Math.sqrt(squares[k]) + LEAST);
    });
  }
}
