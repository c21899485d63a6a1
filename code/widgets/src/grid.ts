// An image, or a map, as a grid of pixels with room for padding around it.

import { svg } from "./elements";

const SIDE = 280;

export class Grid {
  readonly node: SVGSVGElement;
  private readonly pixels = svg("g", { "shape-rendering": "crispEdges" });
  private readonly frame = svg("rect", { class: "demo-frame" });
  private readonly padding = svg("rect", { class: "demo-padding" });
  private cells: SVGElement[] = [];
  private kinds: string[] = []; // the colour that each cell has: most keep it
  private size = 0;
  private readonly margin: number;

  /** `margin` is how many pixels of padding there is room for. */
  constructor(says: string, margin = 0) {
    this.margin = margin;
    const view = { viewBox: `-1 -1 ${SIDE + 2} ${SIDE + 2}`, role: "img", "aria-label": says };
    this.node = svg("svg", { ...view, class: "demo-grid" }, this.pixels, this.padding, this.frame);
  }

  private get pitch(): number {
    return SIDE / (this.size + 2 * this.margin);
  }

  private box(row: number, column: number, tall: number, wide: number) {
    const at = (place: number) => ((place + this.margin) * this.pitch).toFixed(2);
    const [width, height] = [wide * this.pitch, tall * this.pitch].map((v) => v.toFixed(2));
    return { x: at(column), y: at(row), width, height };
  }

  private dress(node: SVGElement, attributes: Record<string, string>): void {
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  }

  /** Paints `size` × `size` values: how much ink, from −1 to 1, the negative in another colour. */
  paint(values: ArrayLike<number>, size: number, kinds: [string, string]): void {
    if (size !== this.size) {
      this.size = size;
      this.kinds = [];
      this.cells = Array.from({ length: size * size }, (_, k) =>
        svg("rect", this.box(Math.floor(k / size), k % size, 1, 1)),
      );
      const edge = svg("rect", { ...this.box(0, 0, size, size), class: "demo-edge" });
      this.pixels.replaceChildren(...this.cells, edge);
    }
    this.cells.forEach((cell, k) => {
      const kind = kinds[+(values[k] < 0)];
      if (this.kinds[k] !== kind) cell.setAttribute("class", (this.kinds[k] = kind));
      cell.setAttribute("fill-opacity", Math.abs(values[k]).toFixed(2));
    });
  }

  mark(row: number, column: number, tall = 1, wide = 1): void {
    this.dress(this.frame, this.box(row, column, tall, wide));
  }

  /** Outlines the padding: so many pixels before and after the image, on each axis. */
  pad(before: number, after: number): void {
    const length = this.size + before + after;
    this.dress(this.padding, this.box(-before, -before, length, length));
    this.padding.toggleAttribute("hidden", before + after === 0);
  }

  /** Calls `moved` with the row and column under the pointer. */
  follow(moved: (row: number, column: number) => void): void {
    const tell = (event: PointerEvent) => {
      const box = this.node.getBoundingClientRect();
      const place = (share: number) =>
        Math.floor((share * (SIDE + 2) - 1) / this.pitch) - this.margin;
      moved(
        place((event.clientY - box.top) / box.height),
        place((event.clientX - box.left) / box.width),
      );
    };
    this.node.addEventListener("pointerdown", tell);
    this.node.addEventListener("pointermove", tell);
  }
}
