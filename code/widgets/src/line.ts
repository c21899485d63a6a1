// The arithmetic of the chapter on the smallest network, as in dnnbook/toy.py.

import type { Point } from "./plot";

export const X = [-1, 0, 1, 2, 3, 4];
export const Y = X.map((x) => 2 * x - 1);

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function errors([w, b]: Point): number[] {
  return X.map((x, i) => w * x + b - Y[i]);
}

/** L(w, b) = mean of (wx + b − y)². */
export function loss(weights: Point): number {
  return mean(errors(weights).map((e) => e * e));
}

/** ∂L/∂w = 2·mean(e·x), ∂L/∂b = 2·mean(e). */
export function gradient(weights: Point): Point {
  const e = errors(weights);
  return [2 * mean(e.map((value, i) => value * X[i])), 2 * mean(e)];
}

/** A step with momentum: the new velocity, and the new weights. */
export function step(weights: Point, velocity: Point, rate: number, momentum: number) {
  const slope = gradient(weights);
  const next: Point = [
    momentum * velocity[0] - rate * slope[0],
    momentum * velocity[1] - rate * slope[1],
  ];
  return { velocity: next, weights: [weights[0] + next[0], weights[1] + next[1]] as Point };
}

/** The weights after each step, the start included. */
export function descend(start: Point, rate: number, steps: number, momentum = 0): Point[] {
  const path = [start];
  let velocity: Point = [0, 0];
  for (let k = 0; k < steps; k++) {
    const next = step(path[k], velocity, rate, momentum);
    path.push(next.weights);
    velocity = next.velocity;
  }
  return path;
}

/** The curvatures of the bowl, slow and fast, and their directions: the eigenvectors of
 * 2·[[mean x², mean x], [mean x, 1]]. */
export function bowl() {
  const [a, b, d] = [2 * mean(X.map((x) => x * x)), 2 * mean(X), 2];
  const root = Math.hypot((a - d) / 2, b);
  const [slow, fast] = [(a + d) / 2 - root, (a + d) / 2 + root];
  const length = Math.hypot(b, fast - a);
  const across: Point = [b / length, (fast - a) / length];
  return { slow, fast, along: [-across[1], across[0]] as Point, across };
}

/** Above this rate training diverges: 2 (1 + momentum) / the largest curvature. */
export function limit(momentum = 0): number {
  return (2 * (1 + momentum)) / bowl().fast;
}
