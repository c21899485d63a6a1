// A kernel that the reader writes slides over a real image; one place of it is written out.

import { Demo, inCode } from "./demo";
import { choice, html, row, slider } from "./elements";
import { unpack } from "./engine";
import { Grid } from "./grid";
import { convolve, places, type Tensor, zeros } from "./layers";
import { print, word } from "./words";

const KERNELS: Record<string, number[]> = {
  "left to right": [-1, 0, 1, -2, 0, 2, -1, 0, 1],
  "top to bottom": [-1, -2, -1, 0, 0, 0, 1, 2, 1],
  outline: [-1, -1, -1, -1, 8, -1, -1, -1, -1],
  mean: Array(9).fill(1 / 9),
  nothing: [0, 0, 0, 0, 1, 0, 0, 0, 0],
};
const SIZE = 3;
const ROOM = 1; // pixels of padding that a 3 × 3 kernel can ask for

export class Convolution extends Demo {
  protected readonly name = word("A kernel on an image");
  private image: Tensor = zeros([0, 0, 1]);
  private map: Tensor = zeros([0, 0, 1]);
  private kernel = [...KERNELS["left to right"]];
  private stride = 1;
  private padding: "valid" | "same" = "valid";
  private place = [11, 8];

  private readonly picture = new Grid(word("The image; a frame marks what the kernel sees"), ROOM);
  private readonly found = new Grid(word("What the kernel finds; a frame marks the chosen place"));
  private readonly inputs = this.kernel.map((_, k) => this.input(k));
  private readonly presets = choice(
    word("kernel"),
    [...Object.keys(KERNELS).map((k): [string, string] => [k, word(k)]), ["", word("your own")]],
    "left to right",
    (key) => {
      if (!(key in KERNELS)) return;
      this.kernel = [...KERNELS[key]];
      this.fill();
      this.refresh();
    },
  );
  private readonly rows = this.axis(word("row"), 0);
  private readonly columns = this.axis(word("column"), 1);
  private readonly sum = html("p", { class: "demo-sum" });
  private readonly code = inCode(word("The same in Keras"));

  get facts() {
    const { kernel, stride, padding, place, size } = this;
    return { kernel, stride, padding, place, size, map: [...this.map.data] };
  }

  /** In how many places the kernel stands along an axis, and the padding before the image. */
  private get size() {
    return places(this.image.shape[0], SIZE, this.stride, this.padding);
  }

  private input(k: number): HTMLInputElement {
    const name = word("weight in row {row}, column {column}", {
      row: Math.floor(k / SIZE) + 1,
      column: (k % SIZE) + 1,
    });
    const input = html("input", { type: "number", step: "any", "aria-label": name });
    input.addEventListener("input", () => {
      this.kernel[k] = Number(input.value) || 0;
      this.presets.show("");
      this.refresh();
    });
    return input;
  }

  private axis(name: string, axis: 0 | 1) {
    const range = { low: 1, high: 28, step: 1, value: 1, print: (v: number) => String(v) };
    return slider(name, range, (value) => {
      const moved = [...this.place];
      moved[axis] = value - 1;
      this.choose(moved);
    });
  }

  protected build(): Node[] {
    const { shape, data: pixels } = unpack(this.handed("one-garment"));
    this.image = { shape: [...shape, 1], data: pixels };
    this.found.follow((row, column) => this.choose([row, column]));
    // The pixel under the pointer becomes the middle of the window, as nearly as the stride allows.
    const over = (pixel: number) => Math.round((pixel + this.size.before - 1) / this.stride);
    this.picture.follow((row, column) => this.choose([over(row), over(column)]));
    this.picture.paint(pixels, shape[0], ["demo-pixel", "demo-pixel"]);
    const strides = ["1", "2", "3"].map((s): [string, string] => [s, s]);
    const paddings = ["valid", "same"].map((p): [string, string] => [p, p]);
    this.fill();
    this.compute();
    const table = { class: "demo-kernel", role: "group", "aria-label": word("kernel") };
    return [
      html(
        "div",
        { class: "demo-panels demo-three" },
        this.picture.node,
        html("div", table, ...this.inputs),
        this.found.node,
      ),
      this.sum,
      this.saying,
      row(
        this.presets.node,
        choice(word("stride"), strides, "1", (value) => {
          this.stride = +value;
          this.refresh();
        }).node,
        choice(word("padding"), paddings, "valid", (value) => {
          this.padding = value as "valid" | "same";
          this.refresh();
        }).node,
        this.rows.node,
        this.columns.node,
      ),
      this.code.node,
    ];
  }

  private fill(): void {
    this.inputs.forEach((input, k) => (input.value = String(+this.kernel[k].toFixed(3))));
  }

  /** The map, computed and painted; a move to another place only moves the frames. */
  private compute(): void {
    this.map = convolve(this.image, {
      kind: "Conv2D",
      name: "",
      kernel: { shape: [SIZE, SIZE, 1, 1], data: Float64Array.from(this.kernel) },
      stride: [this.stride, this.stride],
      padding: this.padding,
    });
    const most = this.map.data.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9);
    const shares = this.map.data.map((value) => value / most);
    this.found.paint(shares, this.size.count, ["demo-above", "demo-below"]);
  }

  private refresh(): void {
    this.compute();
    this.choose(this.place);
  }

  private choose(place: number[]): void {
    this.place = place.map((at) => Math.max(0, Math.min(this.size.count - 1, at)));
    this.draw();
  }

  protected draw(): void {
    const { count, before } = this.size;
    const [row, column] = this.place.map((at) => at * this.stride - before);
    const needed = (count - 1) * this.stride + SIZE - this.image.shape[0] - before;
    this.picture.pad(before, this.padding === "same" ? Math.max(needed, 0) : 0);
    this.picture.mark(row, column, SIZE, SIZE);
    this.found.mark(this.place[0], this.place[1]);
    this.rows.show(this.place[0] + 1);
    this.columns.show(this.place[1] + 1);
    this.sum.textContent = this.written(row, column);
    const settings = `strides=${this.stride}, padding="${this.padding}", use_bias=False`;
    this.code.show(`keras.layers.Conv2D(1, 3, ${settings})`);
    this.say(this.words());
  }

  /** The sum at the chosen place, a product for each weight that is not 0. */
  private written(row: number, column: number): string {
    const [height, width] = this.image.shape;
    const short = (value: number) => String(+value.toFixed(2)).replace("-", "−");
    const products = this.kernel.flatMap((weight, k) => {
      const [r, c] = [row + Math.floor(k / SIZE), column + (k % SIZE)];
      const inside = r >= 0 && r < height && c >= 0 && c < width;
      const pixel = inside ? this.image.data[r * width + c] : 0;
      const shown = weight < 0 ? `(${short(weight)})` : short(weight);
      return weight === 0 ? [] : [`${short(pixel)} · ${shown}`];
    });
    const found = this.map.data[this.place[0] * this.size.count + this.place[1]];
    return `${products.join(" + ") || "0"} = ${print(found, 2)}`;
  }

  private words(): string {
    const length = this.image.shape[0];
    const { count } = this.size;
    const formula =
      this.padding === "same"
        ? `⌈${length} / ${this.stride}⌉ = ${count}`
        : `⌊(${length} − ${SIZE}) / ${this.stride}⌋ + 1 = ${count}`;
    const values = { formula, row: this.place[0] + 1, column: this.place[1] + 1 };
    return word(
      "Above, the sum for row {row}, column {column}. Places along each axis: {formula}.",
      values,
    );
  }
}
