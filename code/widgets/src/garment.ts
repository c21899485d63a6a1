// A garment, picked or drawn, goes through the small network of the chapter, layer by layer; what
// belongs to training can be left on.

import { Bars } from "./bars";
import { classes } from "./classes";
import { Demo } from "./demo";
import { button, choice, html, row, slider } from "./elements";
import { load, type Model, tensor, together, unpack } from "./engine";
import type { Tensor } from "./layers";
import { Picture } from "./picture";
import { generator } from "./random";
import { print, sentences, word } from "./words";

const [SIZE, MASKS] = [28, 100];
const STATISTICS = ["averages", "batch", "alone"];

export class Garment extends Demo {
  protected readonly name = word("A garment on its way through a network");
  private readonly names = classes();
  private model: Model = { input: [SIZE, SIZE, 1], layers: [] };
  private garments: Tensor[] = [];
  private image = new Float64Array(SIZE * SIZE);
  private layer = 1;
  private statistics = "averages";
  private dropout = false;
  private outs: Tensor[] = [];
  private spread: number[][] = [];

  private readonly drawing = new Picture(word("The garment; a pen draws on it, by arrows and Enter, too"));
  private readonly sheet = new Picture(word("The numbers that the chosen layer hands on"));
  private readonly bars = new Bars(this.names, word("The probability of each class"));
  private readonly heading = html("p", { class: "demo-sum" });
  private readonly layers = slider(
    word("layer"),
    { low: 1, high: 12, step: 1, value: 1, print: (value) => String(value) },
    (layer) => {
      this.layer = layer;
      this.draw();
    },
  );
  private readonly picks = choice(
    word("garment"),
    [
      ...this.names.map((name, k): [string, string] => [String(k), name]),
      ["", word("your own")],
    ],
    "9",
    (key) => key && this.pick(Number(key)),
  );

  get facts() {
    const { layer, statistics, dropout, spread, answers } = this;
    const outs = this.outs.map(({ shape, data }) => ({ shape, data: [...data] }));
    return { layer, statistics, dropout, spread, answers, outs, image: [...this.image] };
  }

  private get answers(): number[] {
    return [...this.outs[this.outs.length - 1].data];
  }

  protected build(): Node[] {
    this.model = load(this.handed("small-network"));
    const { data } = unpack(this.handed("ten-garments"));
    const pixels = SIZE * SIZE;
    this.garments = this.names.map((_, k) =>
      tensor(this.model, data.subarray(k * pixels, (k + 1) * pixels)),
    );
    this.image = this.garments[9].data.slice();
    this.drawing.draws(
      (row, column) => this.touch(row, column),
      () => this.look(),
    );
    this.look();
    const names = ["moving averages", "of the ten garments and this", "of this garment alone"];
    return [
      html(
        "div",
        { class: "demo-panels demo-garment" },
        this.drawing.node,
        html("div", {}, this.sheet.node, this.heading),
        this.bars.node,
      ),
      this.saying,
      row(
        this.picks.node,
        button(word("Empty"), () => {
          this.image.fill(0);
          this.picks.show("");
          this.look();
        }),
        this.layers.node,
      ),
      row(
        choice(
          word("batch normalisation by"),
          STATISTICS.map((key, k): [string, string] => [key, word(names[k])]),
          "averages",
          (key) => {
            this.statistics = key;
            this.look();
          },
        ).node,
        choice(
          word("dropout"),
          [
            ["off", word("off, as in use")],
            ["on", word("left on, a hundred times")],
          ],
          "off",
          (key) => {
            this.dropout = key === "on";
            this.look();
          },
        ).node,
      ),
    ];
  }

  private pick(kind: number): void {
    this.image = this.garments[kind].data.slice();
    this.look();
  }

  /** The pen is round and soft: all of a pixel, and more than half of its neighbours. */
  private touch(row: number, column: number): void {
    for (const [down, right, share] of [[0, 0, 1], [0, 1, 0.6], [0, -1, 0.6], [1, 0, 0.6], [-1, 0, 0.6]]) {
      const [r, c] = [row + down, column + right];
      if (r < 0 || r >= SIZE || c < 0 || c >= SIZE) continue;
      this.image[r * SIZE + c] = Math.max(this.image[r * SIZE + c], share);
    }
    this.picks.show("");
  }

  /** Sends the image through the layers, in the company that the statistics ask for. */
  private look(): void {
    const image = tensor(this.model, this.image);
    const images = this.statistics === "batch" ? [image, ...this.garments] : [image];
    const all = together(this.model.layers, images, { batch: this.statistics !== "averages" });
    this.outs = all.map((outs) => outs[0]);
    this.spread = this.dropout ? this.masked() : [];
    this.draw();
  }

  /** The answers under a hundred masks; what lies before the dropout is the same in all. */
  private masked(): number[][] {
    const { layers } = this.model;
    const at = layers.findIndex((layer) => layer.kind === "Dropout");
    const inputs = Array<Tensor>(MASKS).fill(this.outs[at - 1]);
    const outs = together(layers.slice(at), inputs, { dropout: generator(1) });
    return outs[outs.length - 1].map(({ data }) => [...data]);
  }

  protected draw(): void {
    const out = this.outs[this.layer - 1];
    const channels = out.shape[out.shape.length - 1];
    this.drawing.amounts(this.image, SIZE, SIZE);
    this.sheet.sheet(out, out.shape.length === 3 ? 4 : Math.min(channels, 28));
    this.bars.draw(this.answers, this.spread);
    const sizes = out.shape.join(" × ");
    const [low, high] = [Math.min(...out.data), Math.max(...out.data)].map((v) => print(v, 2));
    const { kind } = this.model.layers[this.layer - 1];
    const name = kind === "Reshape" ? "Flatten" : kind;
    const values = { name, sizes, low, high };
    this.heading.textContent = word("{name}: {sizes}, from {low} to {high}", values);
    this.layers.show(this.layer);
    this.say(this.words());
  }

  private words(): string {
    const { answers, spread } = this;
    const best = answers.indexOf(Math.max(...answers));
    const values = { name: this.names[best], p: print(100 * answers[best], 0) };
    const told = word("The network's answer: {name}, with {p}%.", values);
    if (!spread.length) return told;
    const shares = spread.map((each) => each[best]);
    const same = spread.filter((each) => each.indexOf(Math.max(...each)) === best).length;
    const [low, high] = [Math.min(...shares), Math.max(...shares)].map((v) => print(100 * v, 0));
    const doubt = { low, high, same, all: MASKS };
    const masks = "Under {all} masks it gets {low} to {high}%, and {same} of them agree.";
    return sentences(told, word(masks, doubt));
  }
}
