// A bar for each of several shares, with its name, and dots where a share is uncertain.

import { svg } from "./elements";

const [NAME, WIDE, ROW] = [92, 110, 22];

export class Bars {
  readonly node: SVGSVGElement;
  private readonly ink = svg("g");

  constructor(
    private readonly names: string[],
    says: string,
  ) {
    const view = `0 0 ${NAME + WIDE + 12} ${names.length * ROW}`;
    const texts = names.map((name, k) =>
      svg("text", { x: NAME - 6, y: (k + 0.68) * ROW, "text-anchor": "end" }, name),
    );
    const look = { viewBox: view, role: "img", "aria-label": says, class: "demo-plot" };
    this.node = svg("svg", look, this.ink, ...texts);
  }

  /** Shares from 0 to 1, and others of the same kind as dots on each bar. */
  draw(shares: number[], others: number[][]): void {
    const parts = this.names.flatMap((_, k) => [
      svg("rect", { class: "demo-band", x: NAME, y: k * ROW + 4, width: WIDE, height: ROW - 8 }),
      svg("rect", {
        class: "demo-below",
        x: NAME,
        y: k * ROW + 4,
        width: (WIDE * shares[k]).toFixed(1),
        height: ROW - 8,
      }),
      ...others.map((other, n) =>
        svg("circle", {
          class: "demo-above demo-far",
          cx: (NAME + WIDE * other[k]).toFixed(1),
          cy: (k + 0.5) * ROW + ((n * 7) % 11) - 5, // apart, so that they can be told apart
          r: 1.8,
        }),
      ),
    ]);
    this.ink.replaceChildren(...parts);
  }
}
