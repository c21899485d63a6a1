// One neuron learns a line: its line among the points, and its place on the map of the loss.

import { Demo, inCode } from "./demo";
import { button, choice, html, row, slider, svg } from "./elements";
import * as line from "./line";
import { Plot, type Point } from "./plot";
import { print, sentences, word } from "./words";

const LAST = 500;
const LOST = 1e3; // a weight as large as this has left for good
const ASKED: Point = [10, 19];
const PRESETS: Record<string, { rate: number; momentum: number }> = {
  "as in the text": { rate: 0.01, momentum: 0 },
  "ten times the rate": { rate: 0.1, momentum: 0 },
  "just below the limit": { rate: 0.174, momentum: 0 },
  "beyond the limit": { rate: 0.18, momentum: 0 },
  "momentum 0.9": { rate: 0.01, momentum: 0.9 },
};

export class Descent extends Demo {
  protected readonly name = word("Gradient descent on a weight and a bias");
  private start: Point = [-1.5, 0];
  private path: Point[] = [];
  private velocity: Point = [0, 0];
  private rate = 0.01;
  private momentum = 0;

  private readonly points = new Plot({
    x: { low: -1.9, high: 10.9, name: "x", ticks: [0, 5, 10] },
    y: { low: -9, high: 22, name: "y", ticks: [-5, 0, 5, 10, 15, 20] },
    says: word("The six points, the neuron's line and its errors"),
  });
  private readonly map = new Plot({
    x: { low: -2.6, high: 6.2, name: "w", ticks: [-2, 0, 2, 4, 6] },
    y: { low: -5, high: 3, name: "b", ticks: [-4, -2, 0, 2] },
    says: word("The loss as a map over w and b, with the path of training"),
  });
  private readonly w = this.weight("w", 0, -2.6, 6.2);
  private readonly b = this.weight("b", 1, -5, 3);
  private readonly rates = slider(
    word("learning rate"),
    {
      low: 0.001,
      high: 0.3,
      step: 0.005,
      value: this.rate,
      print: (value) => print(value, 3),
      scale: { at: (position) => 10 ** position, position: Math.log10 },
    },
    (value) => {
      this.rate = value;
      this.presets.show("");
      this.draw();
    },
  );
  private readonly momenta = slider(
    word("momentum"),
    { low: 0, high: 0.95, step: 0.05, value: 0, print: (value) => print(value, 2) },
    (value) => {
      this.momentum = value;
      this.presets.show("");
      this.draw();
    },
  );
  private readonly presets = choice(
    word("Settings"),
    [["", word("your own")], ...Object.keys(PRESETS).map((k): [string, string] => [k, word(k)])],
    "as in the text",
    (key) => this.set(key),
  );
  private readonly train = button(word("Train"), () => this.toggle(), true);
  private readonly code = inCode(word("The same in Keras"));

  get facts() {
    const [w, b] = this.weights;
    const { rate, momentum } = this;
    return { w, b, rate, momentum, steps: this.path.length - 1, loss: line.loss([w, b]) };
  }

  private get weights(): Point {
    return this.path[this.path.length - 1];
  }

  private weight(name: string, axis: 0 | 1, low: number, high: number) {
    const range = { low, high, step: 0.01, value: 0, print: (v: number) => print(v, 2) };
    return slider(name, range, (value) => {
      const moved: Point = [...this.weights];
      moved[axis] = value;
      this.place(moved);
    });
  }

  protected build(): Node[] {
    this.start = [this.given("start-weight", -1.5), 0];
    this.path = [this.start];
    this.map.follow((place) => this.place(place));
    return [
      html("div", { class: "demo-panels" }, this.points.node, this.map.node),
      this.saying,
      row(
        button(word("One step"), () => this.one()),
        this.train,
        button(word("Back to the start"), () => this.place(this.start)),
        this.presets.node,
      ),
      row(this.rates.node, this.momenta.node, this.w.node, this.b.node),
      this.code.node,
    ];
  }

  private set(key: string): void {
    const chosen = PRESETS[key];
    if (!chosen) return;
    ({ rate: this.rate, momentum: this.momentum } = chosen);
    this.rates.show(this.rate);
    this.momenta.show(this.momentum);
    this.place(this.start);
  }

  /** Begins anew at a place of the map. */
  private place(weights: Point): void {
    this.stop();
    this.path = [weights];
    this.velocity = [0, 0];
    this.draw();
  }

  private step(): void {
    const next = line.step(this.weights, this.velocity, this.rate, this.momentum);
    this.velocity = next.velocity;
    this.path.push(next.weights);
  }

  private get isLost(): boolean {
    return Math.max(...this.weights.map(Math.abs)) > LOST;
  }

  private one(): void {
    this.stop();
    if (!this.isLost) this.step();
    this.draw();
  }

  private toggle(): void {
    if (this.isRunning) {
      this.stop();
      this.draw();
      return;
    }
    const last = this.path.length - 1 + LAST;
    this.run(() => {
      // One step a picture while they are far apart, then more and more of them.
      const hurry = 1 + Math.floor(this.path.length / 50);
      for (let k = 0; k < hurry && this.path.length <= last && !this.isLost; k++) this.step();
      return this.path.length <= last && !this.isLost;
    });
  }

  protected draw(): void {
    this.drawPoints();
    this.drawMap();
    const [w, b] = this.weights;
    this.w.show(w);
    this.b.show(b);
    this.train.textContent = this.isRunning ? word("Stop") : word("Train");
    this.code.show(this.keras());
    this.say(this.words());
  }

  private drawPoints(): void {
    const [w, b] = this.weights;
    const plot = this.points;
    const at = (x: number): Point => [x, Math.max(-1e4, Math.min(1e4, w * x + b))];
    const spots = line.X.map((x, i): Point => [x, line.Y[i]]);
    plot.draw(
      ...spots.map((spot) => plot.line([spot, at(spot[0])], "demo-error")),
      plot.line([at(-3), at(12)], "demo-line"),
      ...spots.map((spot) => plot.dot(spot, 4.5, "demo-data")),
      plot.dot(ASKED, 6, "demo-asked"),
      plot.text([ASKED[0] - 0.4, ASKED[1] + 0.9], "?", "demo-quiet", "end"),
      plot.dot(at(ASKED[0]), 4, "demo-answer"),
    );
  }

  /** Curves of equal loss are ellipses, with half axes √(2·loss/curvature). */
  private contour(level: number): SVGPathElement {
    const { slow, fast, along, across } = line.bowl();
    const [long, short] = [Math.sqrt((2 * level) / slow), Math.sqrt((2 * level) / fast)];
    const spots = Array.from({ length: 90 }, (_, k): Point => {
      const [c, s] = [long * Math.cos((k * Math.PI) / 45), short * Math.sin((k * Math.PI) / 45)];
      return [2 + c * along[0] + s * across[0], -1 + c * along[1] + s * across[1]];
    });
    return this.map.line(spots, "demo-contour", true);
  }

  private drawMap(): void {
    const plot = this.map;
    const levels = Array.from({ length: 11 }, (_, k) => 0.05 * 2.6 ** (10 - k));
    const far = this.path.slice(-LAST - 1);
    plot.draw(
      ...levels.map((level) => this.contour(level)),
      svg("path", {
        class: "demo-cross",
        d: `M${plot.x(2) - 6} ${plot.y(-1)}h12M${plot.x(2)} ${plot.y(-1) - 6}v12`,
      }),
      plot.line(far, "demo-path"),
      ...far.slice(0, 60).map((spot) => plot.dot(spot, 2, "demo-answer")),
      plot.dot(this.weights, 7, "demo-handle"),
    );
  }

  private words(): string {
    const [w, b] = this.weights;
    const values = {
      n: this.path.length - 1,
      w: print(w, 2),
      b: print(b, 2),
      loss: print(line.loss([w, b]), 3),
      answer: print(w * ASKED[0] + b, 2),
    };
    const now = word(
      "Step {n}: w = {w}, b = {b}, loss {loss}. At x = 10 the neuron answers {answer}.",
      values,
    );
    const edge = line.limit(this.momentum);
    const beyond = word("The rate is above {limit}, where every step makes it worse.", {
      limit: print(edge, 3),
    });
    return this.rate > edge ? sentences(now, beyond) : now;
  }

  private keras(): string {
    const momentum = this.momentum ? `, momentum=${this.momentum.toFixed(2)}` : "";
    return [
      `descent = keras.optimizers.SGD(learning_rate=${+this.rate.toPrecision(3)}${momentum})`,
      'neuron.compile(optimizer=descent, loss="mean_squared_error")',
      "neuron.fit(x, y, epochs=500, steps_per_epoch=1, verbose=0)",
    ].join("\n");
  }
}
