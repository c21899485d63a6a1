// A plane with two classes of points, shaded by what a network makes of each place; the reader
// puts points on it, with the pointer or the keyboard.

import type { Examples } from "./dense";
import { svg } from "./elements";
import { Plot, type Point } from "./plot";
import { word } from "./words";

const [LOW, HIGH, CELLS, SIZE] = [-1.5, 1.5, 30, 0.1];
const MOVES: Record<string, Point> = {
  ArrowLeft: [-0.1, 0],
  ArrowRight: [0.1, 0],
  ArrowUp: [0, 0.1],
  ArrowDown: [0, -0.1],
};

export class Plane {
  private readonly plot = new Plot({
    x: { low: LOW, high: HIGH, name: "x₁", ticks: [-1, 0, 1] },
    y: { low: LOW, high: HIGH, name: "x₂", ticks: [-1, 0, 1] },
    width: 300,
    height: 300,
    says: word("The plane of the points; arrows move a cross, Enter puts a point there"),
  });
  readonly node = this.plot.node;
  private readonly shades = Array.from({ length: CELLS * CELLS }, (_, k) => this.cell(k));
  private cursor: Point = [0, 0];

  /** `put` gets the place of each new point, `moved` is called when the cross has moved. */
  constructor(
    private readonly put: (place: Point) => void,
    private readonly moved: () => void,
  ) {
    this.node.setAttribute("tabindex", "0");
    this.node.setAttribute("role", "application");
    this.node.addEventListener("keydown", (event) => this.key(event));
    for (const event of ["focus", "blur"]) this.node.addEventListener(event, moved);
    this.plot.follow(
      () => undefined,
      (place) => {
        if (place.every((value) => value > LOW && value < HIGH)) put((this.cursor = place));
      },
    );
  }

  private cell(k: number): SVGElement {
    const { plot } = this;
    return svg("rect", {
      x: plot.x(LOW + (k % CELLS) * SIZE),
      y: plot.y(LOW + (Math.floor(k / CELLS) + 1) * SIZE),
      width: plot.x(SIZE) - plot.x(0),
      height: plot.y(0) - plot.y(SIZE),
      "shape-rendering": "crispEdges",
    });
  }

  private key(event: KeyboardEvent): void {
    const move = MOVES[event.key];
    if (move) {
      const within = (v: number) => Math.max(LOW + SIZE, Math.min(HIGH - SIZE, +v.toFixed(2)));
      this.cursor = [within(this.cursor[0] + move[0]), within(this.cursor[1] + move[1])];
      this.moved();
    } else if (event.key === "Enter" || event.key === " ") this.put(this.cursor);
    else return;
    event.preventDefault();
  }

  /** Shades each place by the probability of class 1, and draws new and learned points. */
  draw(answer: (place: Point) => number, learned: Examples, fresh: Examples): void {
    this.shades.forEach((cell, k) => {
      const [x, y] = [k % CELLS, Math.floor(k / CELLS)].map((at) => LOW + (at + 0.5) * SIZE);
      const lean = 2 * answer([x, y]) - 1;
      const kind = lean > 0 ? "demo-above" : "demo-below";
      if (cell.getAttribute("class") !== kind) cell.setAttribute("class", kind);
      cell.setAttribute("fill-opacity", (0.45 * Math.abs(lean)).toFixed(2));
    });
    const { plot } = this;
    const dots = ({ x, y }: Examples, radius: number, kind: string) =>
      x.map((at, n) => plot.dot(at as Point, radius, `demo-${y[n] ? "one" : "zero"}${kind}`));
    plot.draw(...this.shades, ...dots(fresh, 2, " demo-new"), ...dots(learned, 5, ""));
    if (!this.node.matches(":focus-visible")) return;
    const [x, y] = [plot.x(this.cursor[0]), plot.y(this.cursor[1])];
    plot.ink.append(svg("path", { class: "demo-cross", d: `M${x - 8} ${y}h16m-8-8v16` }));
  }
}
