// A picture of pixels, and sheets of many small ones, on a canvas in the page's own colours. A
// reader may draw on it, with a pen or with the keyboard.

import { html } from "./elements";
import type { Tensor } from "./layers";

type Color = [number, number, number];

const mixed = new Map<string, Color>(); // by what the style sheet calls them
const palette = html("canvas").getContext("2d")!;

/** A colour of the style sheet, as it is in the theme that the page has now. */
function ink(node: Element, name: string): Color {
  const said = getComputedStyle(node).getPropertyValue(name).trim() || "#000";
  let color = mixed.get(said);
  if (!color) {
    palette.fillStyle = said;
    const hex = String(palette.fillStyle);
    color = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as Color;
    mixed.set(said, color);
  }
  return color;
}

export class Picture {
  readonly node = html("canvas", { role: "img", class: "demo-picture" });
  private readonly pen = this.node.getContext("2d")!;
  private cursor: [number, number] = [0, 0];

  constructor(says: string) {
    this.node.setAttribute("aria-label", says);
  }

  private show(rows: number, columns: number, color: (row: number, column: number) => Color): void {
    if (this.node.width !== columns) this.node.width = columns;
    if (this.node.height !== rows) this.node.height = rows;
    const image = this.pen.createImageData(columns, rows);
    for (let k = 0; k < rows * columns; k++) {
      const [red, green, blue] = color(Math.floor(k / columns), k % columns);
      image.data[4 * k] = red;
      image.data[4 * k + 1] = green;
      image.data[4 * k + 2] = blue;
      image.data[4 * k + 3] = 255;
    }
    this.pen.putImageData(image, 0, 0);
    if (this.node.tabIndex < 0 || !this.node.matches(":focus-visible")) return;
    this.pen.fillStyle = getComputedStyle(this.node).getPropertyValue("--demo-teal");
    this.pen.fillRect(this.cursor[1], this.cursor[0], 1, 1);
  }

  /** An image in colour, [rows, columns, 3], from 0 to 1. */
  color({ shape, data }: Tensor): void {
    this.show(shape[0], shape[1], (row, column) => {
      const at = 3 * (row * shape[1] + column);
      return [255 * data[at], 255 * data[at + 1], 255 * data[at + 2]];
    });
  }

  /** Ink on paper: a table of amounts from 0 to 1. */
  amounts(values: ArrayLike<number>, rows: number, columns: number): void {
    const [paper, dark] = [ink(this.node, "--demo-paper"), ink(this.node, "--demo-ink")];
    this.show(rows, columns, (row, column) => mix(paper, dark, values[row * columns + column]));
  }

  /** The channels of [rows, columns, channels] side by side, `across` in a line; with negative
   * values in another colour. A list of numbers is a row of pixels. */
  sheet({ shape, data }: Tensor, across: number, colors = ["--demo-orange", "--demo-blue"]): void {
    const [rows, columns, channels] = shape.length === 3 ? shape : [1, 1, shape[0]];
    const gap = +(columns > 1);
    const lines = Math.ceil(channels / across);
    const [paper, rule] = [ink(this.node, "--demo-surface"), ink(this.node, "--demo-paper")];
    const [above, below] = colors.map((name) => ink(this.node, name));
    const most = data.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9);
    const [tall, wide] = [lines * (rows + gap) - gap, across * (columns + gap) - gap];
    this.show(tall, wide, (y, x) => {
      const [row, column] = [y % (rows + gap), x % (columns + gap)];
      const channel = Math.floor(y / (rows + gap)) * across + Math.floor(x / (columns + gap));
      if (row === rows || column === columns || channel >= channels) return rule;
      const value = data[(row * columns + column) * channels + channel] / most;
      return mix(paper, value < 0 ? below : above, Math.abs(value));
    });
  }

  /** Lets the reader draw: calls `touched` with each pixel that is touched, then `moved`. */
  draws(touched: (row: number, column: number) => void, moved: () => void): void {
    const { node } = this;
    node.tabIndex = 0;
    node.setAttribute("role", "application");
    node.classList.add("demo-pen");
    let last: [number, number] | null = null;
    const stroke = (event: PointerEvent) => {
      const box = node.getBoundingClientRect();
      const to: [number, number] = [
        ((event.clientY - box.top) / box.height) * node.height,
        ((event.clientX - box.left) / box.width) * node.width,
      ];
      const from = last ?? to;
      const count = Math.ceil(2 * Math.hypot(to[0] - from[0], to[1] - from[1])) + 1;
      for (let k = 1; k <= count; k++) {
        const [row, column] = [0, 1].map((a) => Math.floor(from[a] + ((to[a] - from[a]) * k) / count));
        const inside = row >= 0 && row < node.height && column >= 0 && column < node.width;
        if (inside) touched(row, column);
      }
      last = to;
      moved();
    };
    node.addEventListener("pointerdown", (event) => {
      node.setPointerCapture(event.pointerId);
      last = null;
      stroke(event);
    });
    node.addEventListener("pointermove", (event) => {
      if (node.hasPointerCapture(event.pointerId)) stroke(event);
    });
    for (const event of ["focus", "blur"]) node.addEventListener(event, moved);
    node.addEventListener("keydown", (event) => this.key(event, touched, moved));
  }

  /** Arrows move the pen, Enter or space sets it down. */
  private key(
    event: KeyboardEvent,
    touched: (row: number, column: number) => void,
    moved: () => void,
  ): void {
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
    };
    const move = moves[event.key];
    if (move) {
      const ends = [this.node.height - 1, this.node.width - 1];
      this.cursor = move.map((by, axis) =>
        Math.max(0, Math.min(ends[axis], this.cursor[axis] + by)),
      ) as [number, number];
    } else if (event.key === "Enter" || event.key === " ") touched(...this.cursor);
    else return;
    event.preventDefault();
    moved();
  }
}

function mix(from: Color, to: Color, share: number): Color {
  const at = (k: number) => from[k] + share * (to[k] - from[k]);
  return [at(0), at(1), at(2)];
}
