// Everything that the bundle holds: the demos, each an element of its own, and the arithmetic
// that the tests hold to Keras and NumPy.

import { Convolution } from "./convolution";
import { Descent } from "./descent";
import { Neuron } from "./neuron";
import { Unit } from "./unit";

export { answer, load, outputs, unpack } from "./engine";
export * as line from "./line";
export { across } from "./membrane";
export { unit } from "./unit";

const DEMOS = { convolution: Convolution, descent: Descent, neuron: Neuron, unit: Unit };

for (const [name, demo] of Object.entries(DEMOS)) customElements.define(`book-${name}`, demo);
