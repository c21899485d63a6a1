// A small network learns to part two classes of points, which the reader may place.

import { type Build, keras, PRESETS } from "./build";
import { Demo, inCode } from "./demo";
import { Dense, type Examples, type Settings } from "./dense";
import { button, choice, html, row, slider } from "./elements";
import { unpack } from "./engine";
import { Plane } from "./plane";
import { Plot, type Point } from "./plot";
import { generator } from "./random";
import { print, sentences, word } from "./words";

const [LAST, A_PICTURE] = [1000, 5]; // steps of a training, and between two pictures
const KINDS = ["rings", "moons", "quarters"];
const OPTIMIZERS = ["SGD", "momentum", "Adam"];
const ACTIVATIONS = ["tanh", "relu", "sigmoid", "linear"];
const NONE: Examples = { x: [], y: [] };

export class Boundary extends Demo {
  protected readonly name = word("A network parts two classes of points");
  private now: Build = PRESETS["two units"].build;
  private kind = "rings";
  private sets: Record<string, [Examples, Examples]> = {};
  private learned = NONE;
  private fresh = NONE;
  private seed = 1;
  private random = generator(1);
  private network = new Dense([2, 1], this.random);
  private steps = 0;
  private losses: Point[][] = [[], []];
  private adds = 1;

  private readonly plane = new Plane(
    (place) => this.add(place),
    () => this.draw(),
  );
  private readonly curves = new Plot({
    x: { low: 0, high: 1.05 * LAST, name: word("steps"), ticks: [0, 500, 1000] },
    y: { low: 0, high: 2, name: word("loss"), ticks: [0, 0.5, 1, 1.5, 2] },
    height: 300,
    says: word("The loss on the points that are learned, and on new ones"),
  });
  private readonly train = button(word("Train"), () => this.toggle(), true);
  private readonly code = inCode(word("The same in Keras"));
  private readonly lists = {
    kind: this.list("points", [...KINDS, "your own"], (kind) => this.choose(kind)),
    activation: this.list("activation", ACTIVATIONS, (activation) => this.change({ activation })),
    optimizer: this.list("optimizer", OPTIMIZERS, (name) =>
      this.change({ optimizer: name as Settings["optimizer"] }),
    ),
  };
  private readonly sliders = {
    layers: this.dial("layers", "hidden layers", 0, 3, 1, 0),
    units: this.dial("units", "units in each", 1, 16, 1, 0),
    rate: this.dial("rate", "learning rate", 0.001, 0.3, 0.05, 3, true),
    dropout: this.dial("dropout", "dropout", 0, 0.6, 0.1, 1),
    l2: this.dial("l2", "L2", 0, 0.02, 0.001, 3),
  };
  private readonly presets = choice(
    word("Settings"),
    [...Object.keys(PRESETS).map((k): [string, string] => [k, word(k)]), ["", word("your own")]],
    "two units",
    (key) => {
      if (!PRESETS[key]) return;
      this.now = PRESETS[key].build;
      this.choose(PRESETS[key].kind);
      this.presets.show(key);
    },
  );

  get facts() {
    const { kind, now, steps, seed, learned, fresh } = this;
    const judged = [learned, fresh].map((set) => this.network.judge(set, now.activation));
    return { kind, now, steps, seed, learned, fresh, judged, weights: [...this.network.weights] };
  }

  private list(name: string, keys: string[], chosen: (key: string) => void) {
    return choice(word(name), keys.map((key): [string, string] => [key, word(key)]), keys[0], chosen);
  }

  private dial(
    key: "layers" | "units" | "rate" | "dropout" | "l2",
    name: string,
    low: number,
    high: number,
    step: number,
    digits: number,
    logarithmic = false,
  ) {
    const scale = { at: (position: number) => 10 ** position, position: Math.log10 };
    const range = { low, high, step, value: low, print: (v: number) => print(v, digits) };
    return slider(word(name), logarithmic ? { ...range, scale } : range, (value) =>
      this.change({ [key]: value }),
    );
  }

  protected build(): Node[] {
    for (const kind of KINDS) {
      const read = (part: string) => {
        const { data } = unpack(this.handed(`${kind}-${part}`));
        const rows = Array.from({ length: data.length / 3 }, (_, n) => 3 * n);
        return { x: rows.map((n) => [data[n], data[n + 1]]), y: rows.map((n) => data[n + 2]) };
      };
      this.sets[kind] = [read("learned"), read("new")];
    }
    const classes: [string, string][] = [["1", word("a full point")], ["0", word("an empty point")]];
    this.choose("rings");
    this.presets.show("two units");
    const { kind, activation, optimizer } = this.lists;
    return [
      html("div", { class: "demo-panels" }, this.plane.node, this.curves.node),
      this.saying,
      row(
        this.train,
        button(word("One step"), () => {
          this.move(1);
          this.draw();
        }),
        button(word("Begin again"), () => this.restart()),
        button(word("Other start"), () => this.restart(this.seed + 1)),
        this.presets.node,
      ),
      row(...Object.values(this.sliders).map((each) => each.node)),
      row(
        kind.node,
        activation.node,
        optimizer.node,
        choice(word("a click adds"), classes, "1", (value) => (this.adds = +value)).node,
        button(word("Clear"), () => this.choose("your own")),
      ),
      this.code.node,
    ];
  }

  private choose(kind: string): void {
    this.kind = kind;
    const [learned, fresh] = this.sets[kind] ?? [NONE, NONE];
    this.learned = { x: [...learned.x], y: [...learned.y] }; // the reader may add to them
    this.fresh = fresh;
    this.presets.show("");
    this.restart();
  }

  private change(part: Partial<Build>): void {
    this.now = { ...this.now, ...part };
    this.presets.show("");
    // Another shape, or another bend, needs another start; all else may change on the way.
    if ("layers" in part || "units" in part || "activation" in part) this.restart();
    else this.draw();
  }

  private restart(seed = this.seed): void {
    this.stop();
    this.seed = seed;
    this.random = generator(seed);
    const hidden = Array<number>(this.now.layers).fill(this.now.units);
    this.network = new Dense([2, ...hidden, 1], this.random);
    this.steps = 0;
    this.losses = [[], []];
    this.note();
    this.draw();
  }

  /** Adds a point of the reader's; training goes on from where it is. */
  private add(place: Point): void {
    this.learned.x.push(place);
    this.learned.y.push(this.adds);
    this.draw();
  }

  private note(): void {
    [this.learned, this.fresh].forEach((set, k) => {
      if (!set.x.length) return;
      this.losses[k].push([this.steps, this.network.judge(set, this.now.activation).loss]);
    });
  }

  private move(steps: number): void {
    for (let k = 0; k < steps && this.learned.x.length; k++) {
      this.network.step(this.learned, this.now, this.random);
      this.steps += 1;
    }
    this.note();
  }

  private toggle(): void {
    if (this.isRunning) {
      this.stop();
      this.draw();
      return;
    }
    if (this.steps >= LAST) this.restart();
    this.run(() => {
      this.move(A_PICTURE);
      return this.steps < LAST && this.learned.x.length > 0;
    });
  }

  protected draw(): void {
    const { activation } = this.now;
    this.plane.draw((at) => this.network.answer(at, activation), this.learned, this.fresh);
    const kinds = ["demo-line", "demo-path"];
    this.curves.draw(
      ...this.losses.map((loss, k) => this.curves.line(loss.length ? loss : [[0, 9]], kinds[k])),
      this.curves.line([[500, 1.9], [580, 1.9]], kinds[0]),
      this.curves.text([600, 1.86], word("points learned")),
      this.curves.line([[500, 1.74], [580, 1.74]], kinds[1]),
      this.curves.text([600, 1.7], word("new points")),
    );
    const { now, lists, sliders } = this;
    lists.kind.show(this.kind);
    lists.activation.show(now.activation);
    lists.optimizer.show(now.optimizer);
    (Object.keys(sliders) as (keyof typeof sliders)[]).forEach((k) => sliders[k].show(now[k]));
    this.train.textContent = this.isRunning ? word("Stop") : word("Train");
    this.code.show(keras(now, LAST));
    this.say(this.words());
  }

  private words(): string {
    const { learned, fresh, network, now, steps } = this;
    if (!learned.x.length) return word("There are no points. A click on the plane adds one.");
    const [known, other] = [learned, fresh].map((set) => network.judge(set, now.activation));
    const values = {
      n: steps,
      known: print(known.loss, 2),
      right: Math.round(known.right * learned.x.length),
      all: learned.x.length,
    };
    const told = word("Step {n}: loss {known}, {right} of {all} points right.", values);
    if (!fresh.x.length) return told;
    const share = { other: print(other.loss, 2), share: Math.round(100 * other.right) };
    return sentences(told, word("On new points: loss {other}, {share}% right.", share));
  }
}
