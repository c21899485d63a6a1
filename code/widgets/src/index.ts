// Everything that the bundle holds: the demos, each an element of its own, and the arithmetic
// that the tests hold to Keras and NumPy.

import { Boundary } from "./boundary";
import { Convolution } from "./convolution";
import { Descent } from "./descent";
import { Garment } from "./garment";
import { Latent } from "./latent";
import { Neuron } from "./neuron";
import { Smile } from "./smile";
import { Unit } from "./unit";

export { Dense } from "./dense";
export { answer, load, outputs, tensor, together, unpack } from "./engine";
export * as faces from "./faces";
export * as line from "./line";
export { across } from "./membrane";
export { generator } from "./random";
export { unit } from "./unit";

const DEMOS = {
  boundary: Boundary,
  convolution: Convolution,
  descent: Descent,
  garment: Garment,
  latent: Latent,
  neuron: Neuron,
  smile: Smile,
  unit: Unit,
};

for (const [name, demo] of Object.entries(DEMOS)) customElements.define(`book-${name}`, demo);
