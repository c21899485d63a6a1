// A trained Keras model in the reader's browser: its layers one after the other, as
// `dnnbook.export` wrote them.

import * as layers from "./layers";
import type { Layer, Tensor } from "./layers";
import type { Random } from "./random";

export interface Model {
  input: number[];
  layers: Layer[];
}

function activate(x: Tensor, name = "linear"): Tensor {
  if (name === "softmax") return layers.softmax(x);
  if (!(name in layers.BENDS)) throw new Error(`activation ${name}: not known here`);
  return name === "linear" ? x : layers.each(x, layers.BENDS[name]);
}

/** One layer's output, its activation included. */
export function apply(layer: Layer, x: Tensor): Tensor {
  switch (layer.kind) {
    case "Dense":
      return activate(layers.dense(x, layer), layer.activation);
    case "Conv2D":
      return activate(layers.convolve(x, layer), layer.activation);
    case "Conv2DTranspose":
      return activate(layers.spread(x, layer), layer.activation);
    case "BatchNormalization": {
      const [scale, shift] = [layer.scale!.data, layer.shift!.data];
      const data = x.data.map((z, at) => z * scale[at % scale.length] + shift[at % scale.length]);
      return { shape: x.shape, data };
    }
    case "LeakyReLU":
      return layers.each(x, (z) => (z < 0 ? layer.slope! * z : z));
    case "Activation":
      return activate(x, layer.activation);
    case "MaxPooling2D":
      return layers.pool(x, layer, true);
    case "AveragePooling2D":
      return layers.pool(x, layer, false);
    case "GlobalAveragePooling2D":
      return layers.meanOfMaps(x);
    case "UpSampling2D":
      return layers.enlarge(x, layer.window!);
    case "Reshape":
      return { shape: layer.shape!, data: x.data };
    case "Dropout": // in use a network drops nothing
      return x;
    default:
      throw new Error(`layer ${layer.kind}: not known here`);
  }
}

/** An image for a model, by its numbers. */
export function tensor(model: Model, image: ArrayLike<number>): Tensor {
  const x = { shape: model.input, data: Float64Array.from(image) };
  if (x.data.length !== layers.product(model.input))
    throw new Error(`image: expected ${layers.product(model.input)} numbers, got ${x.data.length}`);
  return x;
}

/** The output of every layer, the last one being the model's answer. */
export function outputs(model: Model, image: ArrayLike<number>): Tensor[] {
  return together(model.layers, [tensor(model, image)], {}).map(([x]) => x);
}

/** What is as in training: whose statistics normalise, and whether units are left out. */
export interface Training {
  batch?: boolean;
  dropout?: Random;
}

/** The outputs of every layer for images that go through it together: [layer][image]. */
export function together(all: Layer[], images: Tensor[], training: Training): Tensor[][] {
  let xs = images;
  return all.map((layer) => {
    if (layer.kind === "BatchNormalization" && training.batch) xs = layers.normalize(xs, layer);
    else if (layer.kind === "Dropout" && training.dropout) {
      const { dropout } = training;
      xs = xs.map((x) => layers.leaveOut(x, layer.rate!, dropout));
    } else xs = xs.map((x) => apply(layer, x));
    return xs;
  });
}

export function answer(model: Model, image: ArrayLike<number>): number[] {
  const all = outputs(model, image);
  return [...all[all.length - 1].data];
}

/** What `dnnbook.export` wrote for an array: its shape, and its numbers as base64. */
export interface Packed {
  shape: number[];
  data: string;
}

/** An array of 32-bit numbers, little end first. */
export function unpack(packed: Packed): Tensor {
  const bytes = Uint8Array.from(atob(packed.data), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const data = Float64Array.from({ length: bytes.length / 4 }, (_, at) =>
    view.getFloat32(4 * at, true),
  );
  return { shape: packed.shape, data };
}

/** A model as it was exported, with its arrays unpacked. */
export function load(packed: { input: number[]; layers: Record<string, unknown>[] }): Model {
  const isPacked = (value: unknown): value is Packed =>
    typeof value === "object" && value !== null && "data" in value;
  const layers = packed.layers.map((layer) =>
    Object.fromEntries(
      Object.entries(layer).map(([key, value]) => [key, isPacked(value) ? unpack(value) : value]),
    ),
  );
  return { input: packed.input, layers: layers as unknown as Layer[] };
}
