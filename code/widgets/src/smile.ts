// A face that the reader makes, what the chapter's network says of it, and what its layers see.

import { Demo } from "./demo";
import { button, choice, html, row, slider } from "./elements";
import { load, type Model, outputs } from "./engine";
import { draw, type Factors } from "./faces";
import type { Tensor } from "./layers";
import { Picture } from "./picture";
import { print, sentences, word } from "./words";

const PLAIN: Factors = {
  curvature: 0.8,
  teeth: 1,
  mouth_width: 0.5,
  mouth_height: 0.42,
  eyes: 0.8,
  x: 16,
  y: 15,
  radius: 11.5,
  skin: 0.8,
  background: [0.45, 0.55, 0.65],
  light: 0,
  noise: 0.02,
};
const PRESETS: Record<string, Partial<Factors>> = {
  "a smile": {},
  "no smile": { curvature: -0.8 },
  "a straight mouth": { curvature: 0 },
  "no smile, no teeth": { curvature: -0.8, teeth: 0 },
  "at the edge of training": { x: 12, y: 11, radius: 8.5 },
  "half outside": { x: 0 },
  "much noise": { noise: 0.25 },
};
type Dial = Exclude<keyof Factors, "teeth" | "background">;
const DIALS: [Dial, string, number, number, number, number][] = [
  ["curvature", "mouth's bend", -1, 1, 0.05, 2],
  ["mouth_width", "mouth's width", 0.3, 0.7, 0.01, 2],
  ["mouth_height", "mouth's height", 0.2, 0.65, 0.01, 2],
  ["eyes", "eyes", 0.15, 1, 0.05, 2],
  ["x", "head, across", 0, 32, 0.25, 1],
  ["y", "head, down", 0, 32, 0.25, 1],
  ["radius", "head's size", 6, 15, 0.25, 1],
  ["skin", "skin", 0, 1, 0.05, 2],
  ["light", "light", -1, 1, 0.1, 1],
  ["noise", "noise", 0, 0.3, 0.01, 2],
];
const PENS: Record<string, number[]> = {
  "dark pen": [0.3, 0.1, 0.1],
  "skin-coloured pen": [0.85, 0.7, 0.6],
  "white pen": [0.97, 0.97, 0.93],
};
const SIDE = 5; // of the patch that is hidden, in pixels
const STEP = 3; // from one patch to the next
const PATCHES = 10; // along each axis
const PAUSE = 250; // milliseconds without a change before patches are hidden

export class Smile extends Demo {
  protected readonly name = word("A face and a network that looks for a smile");
  private models: Record<string, Model> = {};
  private which = "trained";
  private factors = { ...PLAIN };
  private pen = "dark pen";
  private image = draw(PLAIN);
  private outs: Tensor[] = [];
  private moves: number[] = [];
  private waiting = 0;

  private readonly face = new Picture(
    word("The face; a pen draws on it, by arrows and Enter, too"),
  );
  private readonly sheets = [
    new Picture(word("The 16 maps of layer 1")),
    new Picture(word("The 32 maps of layer 2")),
    new Picture(word("The 32 maps of layer 3")),
  ];
  private readonly places = new Picture(word("How far hiding each place moves the answer"));
  private readonly dials = DIALS.map(([key, name, low, high, step, digits]) =>
    slider(
      word(name),
      { low, high, step, value: PLAIN[key], print: (value) => print(value, digits) },
      (value) => this.change({ [key]: value }),
    ),
  );
  private readonly teeth = this.list("teeth", ["1", "0"], ["shown", "hidden"], (value) =>
    this.change({ teeth: +value }),
  );
  private readonly presets = this.list("Settings", Object.keys(PRESETS), null, (key) => {
    if (!(key in PRESETS)) return;
    this.change({ ...PLAIN, ...PRESETS[key] });
    this.presets.show(key);
  });

  get facts() {
    const { factors, which, probability, moves, image } = this;
    return { factors, which, probability, moves, image: [...image.data] };
  }

  private get probability(): number {
    return this.outs[this.outs.length - 1].data[0];
  }

  private list(
    name: string,
    keys: string[],
    names: string[] | null,
    chosen: (key: string) => void,
  ) {
    const options = keys.map((key, k): [string, string] => [key, word((names ?? keys)[k])]);
    if (!names) options.push(["", word("your own")]);
    return choice(word(name), options, keys[0], chosen);
  }

  protected build(): Node[] {
    for (const name of ["trained", "untrained"])
      this.models[name] = load(this.handed(`smile-${name}`));
    this.face.draws(
      (row, column) => this.touch(row, column),
      () => this.look(),
    );
    this.look();
    const titled = (picture: Picture, title: string) =>
      html("div", {}, picture.node, html("p", {}, title));
    const titles = ["layer 1", "layer 2", "layer 3"];
    const pens = this.list("pen", Object.keys(PENS), Object.keys(PENS), (key) => (this.pen = key));
    const models = ["trained", "untrained"];
    return [
      html(
        "div",
        { class: "demo-faces" },
        titled(this.face, word("face")),
        titled(this.places, word("hidden place")),
        ...this.sheets.map((sheet, k) => titled(sheet, word(titles[k]))),
      ),
      this.saying,
      row(
        this.presets.node,
        this.list("network", models, models, (which) => {
          this.which = which;
          this.look();
        }).node,
        this.teeth.node,
        pens.node,
        button(word("Wipe the pen off"), () => this.change({})),
      ),
      html("div", { class: "demo-dials" }, ...this.dials.map((dial) => dial.node)),
    ];
  }

  /** Draws the face anew; what a pen has left on it goes. */
  private change(part: Partial<Factors>): void {
    this.factors = { ...this.factors, ...part };
    this.image = draw(this.factors);
    DIALS.forEach(([key], k) => this.dials[k].show(this.factors[key]));
    this.teeth.show(String(this.factors.teeth));
    this.presets.show("");
    this.look();
  }

  private touch(row: number, column: number): void {
    const length = this.image.shape[1];
    PENS[this.pen].forEach((value, c) => {
      for (const [r, s] of [[row, column], [row + 1, column], [row, column + 1], [row + 1, column + 1]])
        if (r < length && s < length) this.image.data[(r * length + s) * 3 + c] = value;
    });
  }

  private look(): void {
    this.outs = outputs(this.models[this.which], this.image.data);
    this.moves = [];
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => this.hide(), PAUSE);
    this.draw();
  }

  /** Unit D's sum, before the sigmoid. */
  private static sum(outs: Tensor[]): number {
    const p = outs[outs.length - 1].data[0];
    return Math.log(p / (1 - p));
  }

  /** Hides one row of patches after the other, each under the image's mean colour. */
  private hide(): void {
    const { data, shape } = this.image;
    const mean = [0, 0, 0];
    data.forEach((value, at) => (mean[at % 3] += value / (shape[0] * shape[1])));
    const sum = Smile.sum(this.outs);
    const top = STEP * Math.floor(this.moves.length / PATCHES);
    for (let left = 0; left < STEP * PATCHES; left += STEP) {
      const covered = data.slice();
      for (let r = top; r < top + SIDE; r++)
        for (let c = left; c < left + SIDE; c++) covered.set(mean, (r * shape[1] + c) * 3);
      const now = Smile.sum(outputs(this.models[this.which], covered));
      this.moves.push(Math.abs(now - sum));
    }
    this.drawPlaces();
    if (this.moves.length < PATCHES ** 2) this.waiting = window.setTimeout(() => this.hide(), 0);
  }

  private drawPlaces(): void {
    const most = Math.max(...this.moves, 1e-9);
    const shares = Array.from({ length: PATCHES ** 2 }, (_, k) => (this.moves[k] ?? 0) / most);
    this.places.amounts(shares, PATCHES, PATCHES);
  }

  protected draw(): void {
    this.face.color(this.image);
    const maps = this.outs.filter((_, k) => this.models[this.which].layers[k].kind === "Conv2D");
    maps.forEach((map, k) => this.sheets[k].sheet(map, [4, 6, 6][k]));
    this.drawPlaces();
    this.say(this.words());
  }

  private words(): string {
    const values = { p: print(100 * this.probability, 1) };
    const name = this.which === "trained" ? "The trained network" : "The untrained network";
    const told = word("{name} gives a smile {p}%.", { ...values, name: word(name) });
    const bend = this.factors.curvature;
    if (!bend) return told;
    const truth = word(bend > 0 ? "The mouth is bent up." : "The mouth is bent down.");
    const right = this.probability > 0.5 === bend > 0;
    return sentences(told, truth, word(right ? "The answer is right." : "The answer is wrong."));
  }
}
