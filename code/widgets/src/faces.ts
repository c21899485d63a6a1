// A face from its factors, as dnnbook/faces.py draws it: head, eyes, lips, teeth, light, noise.

import { type Tensor, zeros } from "./layers";
import { generator, normal } from "./random";

export interface Factors {
  /** How the mouth is bent: above 0 its corners point up. */
  curvature: number;
  teeth: number;
  mouth_width: number;
  mouth_height: number;
  eyes: number;
  x: number;
  y: number;
  radius: number;
  skin: number;
  background: number[];
  light: number;
  noise: number;
}

const SIZE = 32;
const EYE = [0.1, 0.08, 0.08];
const TOOTH = [0.97, 0.97, 0.93];
const LIPS = [0.55, 0.25, 0.25];
const DARK_SKIN = [0.36, 0.22, 0.15];
const LIGHT_SKIN = [0.98, 0.83, 0.72];

const clip = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
/** The share of a pixel inside a shape, from its distance to the edge. */
const coverage = (distance: number) => clip(0.5 - distance, 0, 1);

/** The shares of a pixel that lips and teeth cover. */
function mouth(f: Factors, right: number, down: number): [number, number] {
  const half = f.mouth_width * f.radius;
  const depth = 0.3 * f.radius * f.curvature;
  const u = clip(right / half, -1, 1);
  const line = down - f.mouth_height * f.radius - depth * (1 / 3 - u * u);
  const end = Math.max(Math.abs(right) - half, 0);
  const distance = Math.hypot(line / Math.hypot(1, (2 * depth * u) / half), end) - 0.13 * f.radius;
  return [coverage(distance), Math.abs(right) < half ? coverage(distance + 0.8) * f.teeth : 0];
}

/** The shares of a pixel that head and eyes cover. */
function head(f: Factors, right: number, down: number): [number, number] {
  const eye = Math.hypot(Math.abs(right) - 0.38 * f.radius, (down + 0.28 * f.radius) / f.eyes);
  return [
    coverage(Math.hypot(right, 0.9 * down) - f.radius),
    coverage((eye - 0.17 * f.radius) * f.eyes),
  ];
}

/** The image, [32, 32, 3] in 0 … 1; the same noise each time. */
export function draw(f: Factors): Tensor {
  const image = zeros([SIZE, SIZE, 3]);
  const random = generator(1);
  for (let row = 0; row < SIZE; row++)
    for (let column = 0; column < SIZE; column++) {
      const [right, down] = [column + 0.5 - f.x, row + 0.5 - f.y];
      const [face, eyes] = head(f, right, down);
      const [lips, teeth] = mouth(f, right, down);
      const light = 1 + 0.6 * f.light * ((column + 0.5) / SIZE - 0.5);
      for (let c = 0; c < 3; c++) {
        const skin = DARK_SKIN[c] + f.skin * (LIGHT_SKIN[c] - DARK_SKIN[c]);
        let value = f.background[c];
        value += face * (skin - value);
        value += eyes * (EYE[c] - value);
        value += lips * (skin * LIPS[c] - value);
        value += teeth * (TOOTH[c] - value);
        const noise = f.noise ? f.noise * normal(random) : 0;
        image.data[(row * SIZE + column) * 3 + c] = clip(value * light + noise, 0, 1);
      }
    }
  return image;
}
