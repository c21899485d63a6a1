// The ten kinds of garment, in the order of their labels.

import { word } from "./words";

const NAMES = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

export function classes(): string[] {
  return NAMES.map((name) => word(name));
}
