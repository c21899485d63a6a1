// One artificial unit with two inputs: its line in their plane, and what it makes of four patterns.

import { Demo, inCode } from "./demo";
import { button, choice, html, row, slider, svg } from "./elements";
import { BENDS } from "./layers";
import { Plot, type Point } from "./plot";
import { print, sentences, word } from "./words";

interface Task {
  patterns: Point[];
  wanted: number[];
  axes: [string, string];
}

const CORNERS: Point[] = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const INPUTS: [string, string] = ["x₁", "x₂"];
const TASKS: Record<string, Task> = {
  AND: { patterns: CORNERS, wanted: [0, 0, 0, 1], axes: INPUTS },
  OR: { patterns: CORNERS, wanted: [0, 1, 1, 1], axes: INPUTS },
  XOR: { patterns: CORNERS, wanted: [0, 1, 1, 0], axes: INPUTS },
  // Behind a layer of OR and AND the four patterns fall on three points.
  "XOR, second layer": {
    patterns: [[0, 0], [1, 0], [1, 1]],
    wanted: [0, 1, 0],
    axes: ["OR", "AND"],
  },
};
const ACTIVATIONS: Record<string, (z: number) => number> = {
  step: (z) => +(z >= 0),
  relu: BENDS.relu,
  sigmoid: BENDS.sigmoid,
  tanh: BENDS.tanh,
};
const [LOW, HIGH, CELLS] = [-0.6, 1.6, 22];

/** The unit's output for each pattern. */
export function unit(patterns: Point[], weights: Point, bias: number, activation = "step") {
  const sums = patterns.map(([x1, x2]) => x1 * weights[0] + x2 * weights[1] + bias);
  return sums.map(ACTIVATIONS[activation]);
}

export class Unit extends Demo {
  protected readonly name = word("One unit with two inputs");
  private task = "AND";
  private activation = "step";
  private numbers = { w1: 1, w2: 1, b: -0.5 };

  private readonly plane = new Plot({
    x: { low: LOW, high: HIGH, name: "", ticks: [0, 1] },
    y: { low: LOW, high: HIGH, name: "", ticks: [0, 1] },
    width: 300,
    height: 300,
    says: word("The plane of the two inputs: the unit's line, and the patterns"),
  });
  private readonly table = html("table", { class: "demo-table" });
  private readonly sliders = (["w1", "w2", "b"] as const).map((key) =>
    slider(
      { w1: "w₁", w2: "w₂", b: "b" }[key],
      { low: -3, high: 3, step: 0.1, value: 0, print: (value) => print(value, 1) },
      (value) => {
        this.numbers[key] = value;
        this.draw();
      },
    ),
  );
  private readonly code = inCode(word("The same in Python"));

  get facts() {
    const { task, numbers, outputs } = this;
    return { task, ...numbers, outputs, right: this.verdicts.filter(Boolean).length };
  }

  private get weights(): Point {
    return [this.numbers.w1, this.numbers.w2];
  }

  private get outputs(): number[] {
    return unit(TASKS[this.task].patterns, this.weights, this.numbers.b, this.activation);
  }

  /** An output counts as 1 from the middle of what the activation can answer; ReLU has no
   * middle, and there it is 0.5, too. */
  private get verdicts(): boolean[] {
    const half = this.activation === "tanh" ? 0 : 0.5;
    return this.outputs.map((y, k) => +(y >= half) === TASKS[this.task].wanted[k]);
  }

  protected build(): Node[] {
    this.plane.follow(([x1, x2]) => {
      const through = -(x1 * this.numbers.w1 + x2 * this.numbers.w2);
      this.numbers.b = Math.max(-3, Math.min(3, Math.round(10 * through) / 10));
      this.draw();
    });
    const tasks = Object.keys(TASKS).map((key): [string, string] => [key, word(key)]);
    const bends = Object.keys(ACTIVATIONS).map((key): [string, string] => [key, word(key)]);
    const turn = (key: "task" | "activation") => (value: string) => {
      this[key] = value;
      this.draw();
    };
    return [
      html("div", { class: "demo-panels" }, this.plane.node, this.table),
      this.saying,
      row(...this.sliders.map((each) => each.node)),
      row(
        choice(word("Task"), tasks, this.task, turn("task")).node,
        choice(word("activation"), bends, this.activation, turn("activation")).node,
        button(word("Begin again"), () => {
          this.numbers = { w1: 1, w2: 1, b: -0.5 };
          this.draw();
        }),
      ),
      this.code.node,
    ];
  }

  protected draw(): void {
    const { w1, w2, b } = this.numbers;
    this.drawPlane();
    this.fillTable();
    [w1, w2, b].forEach((value, k) => this.sliders[k].show(value));
    const call = `neurons.unit(x, (${w1.toFixed(1)}, ${w2.toFixed(1)}), ${b.toFixed(1)})`;
    this.code.show(`x = neurons.patterns(2)\n${call}`);
    this.say(this.words());
  }

  /** The plane, shaded by the unit's output: by halves under a step, else cell by cell. */
  private shades(): SVGElement[] {
    const { plane, weights } = this;
    const bias = this.numbers.b;
    if (this.activation === "step") return [this.half()];
    const size = (HIGH - LOW) / CELLS;
    return Array.from({ length: CELLS * CELLS }, (_, k) => {
      const [left, low] = [LOW + (k % CELLS) * size, LOW + Math.floor(k / CELLS) * size];
      const middle: Point = [left + size / 2, low + size / 2];
      const [y] = unit([middle], weights, bias, this.activation);
      return svg("rect", {
        x: plane.x(left),
        y: plane.y(low + size),
        width: plane.x(size) - plane.x(0),
        height: plane.y(0) - plane.y(size),
        class: y < 0 ? "demo-below" : "demo-above",
        "shape-rendering": "crispEdges",
        "fill-opacity": (0.3 * Math.min(Math.abs(y), 1)).toFixed(3),
      });
    });
  }

  /** The half of the plane in which the sum is at least 0. */
  private half(): SVGElement {
    const z = ([x1, x2]: Point) => x1 * this.weights[0] + x2 * this.weights[1] + this.numbers.b;
    const square: Point[] = [[LOW, LOW], [HIGH, LOW], [HIGH, HIGH], [LOW, HIGH]];
    const border = square.flatMap((corner, k): Point[] => {
      const next = square[(k + 1) % 4];
      const [here, there] = [z(corner), z(next)];
      const share = here / (here - there);
      const cut = corner.map((value, axis) => value + share * (next[axis] - value)) as Point;
      const crosses = here >= 0 !== there >= 0;
      return [...(here >= 0 ? [corner] : []), ...(crosses ? [cut] : [])];
    });
    if (border.length === 0) return svg("g");
    const shape = this.plane.line(border, "demo-above", true);
    shape.setAttribute("fill-opacity", "0.3");
    return shape;
  }

  private drawPlane(): void {
    const { plane, weights } = this;
    const { patterns, wanted, axes } = TASKS[this.task];
    const [w1, w2] = weights;
    const length = Math.hypot(w1, w2);
    const line: SVGElement[] = [];
    if (length > 0) {
      const back = -this.numbers.b / length ** 2;
      const foot: Point = [back * w1, back * w2];
      const along: Point = [-w2 / length, w1 / length];
      const at = (t: number): Point => [foot[0] + t * along[0], foot[1] + t * along[1]];
      const tip: Point = [foot[0] + (0.4 * w1) / length, foot[1] + (0.4 * w2) / length];
      line.push(plane.line([at(-9), at(9)], "demo-line"), plane.line([foot, tip], "demo-arrow"));
      line.push(plane.dot(tip, 4, "demo-tip"));
    }
    const right = this.verdicts;
    plane.draw(
      ...this.shades(),
      ...line,
      ...patterns.map((spot, k) => plane.dot(spot, 9, wanted[k] ? "demo-one" : "demo-zero")),
      ...patterns.map(([x1, x2], k) => {
        const [mark, kind] = right[k] ? ["✓", "demo-right"] : ["✗", "demo-wrong"];
        return plane.text([x1 + 0.1, x2 + 0.07], mark, kind);
      }),
    );
    plane.rename(...axes);
  }

  private fillTable(): void {
    const { patterns, wanted, axes } = TASKS[this.task];
    const { outputs, verdicts, weights } = this;
    const heads = [...axes, word("sum"), word("output"), word("wanted")];
    const cells = patterns.map(([x1, x2], k) => [
      String(x1),
      String(x2),
      print(x1 * weights[0] + x2 * weights[1] + this.numbers.b, 1),
      print(outputs[k], this.activation === "step" ? 0 : 2),
      String(wanted[k]),
      verdicts[k] ? "✓" : "✗",
    ]);
    const head = heads.map((name) => html("th", { scope: "col" }, name));
    const rows = cells.map((line, k) => {
      const kind = verdicts[k] ? "demo-right" : "demo-wrong";
      return html("tr", { class: kind }, ...line.map((cell) => html("td", {}, cell)));
    });
    this.table.replaceChildren(
      html("thead", {}, html("tr", {}, ...head, html("td"))),
      html("tbody", {}, ...rows),
    );
  }

  private words(): string {
    const all = this.outputs.length;
    const right = this.verdicts.filter(Boolean).length;
    const task = word(this.task);
    if (right === all) return word("{task}: all answers are right.", { task });
    const count = word("{task}: {right} of {all} answers are right.", { task, right, all });
    const most = word("More than three is out of reach for one unit.");
    return this.task === "XOR" && right === 3 ? sentences(count, most) : count;
  }
}
