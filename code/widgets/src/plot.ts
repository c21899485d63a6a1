// Axes to draw on, in the style of the book's figures: thin axes on the left and below.

import { fresh, svg } from "./elements";

export type Point = [number, number];

interface Axis {
  low: number;
  high: number;
  name: string;
  ticks: number[];
}

interface Frame {
  x: Axis;
  y: Axis;
  width?: number;
  height?: number;
  /** What the picture shows, for those who do not see it. */
  says: string;
}

const MARGIN = { left: 40, right: 10, top: 10, bottom: 38 };

export class Plot {
  readonly node: SVGSVGElement;
  /** What is drawn anew each time; nothing of it leaves the axes. */
  readonly ink = svg("g");
  private readonly names = [svg("text"), svg("text")];
  private readonly width: number;
  private readonly height: number;

  constructor(private readonly frame: Frame) {
    this.width = frame.width ?? 330;
    this.height = frame.height ?? 280;
    const id = fresh();
    const box = { x: MARGIN.left, y: MARGIN.top, width: this.wide, height: this.tall };
    const clip = svg("clipPath", { id }, svg("rect", box));
    this.ink.setAttribute("clip-path", `url(#${id})`);
    this.node = svg(
      "svg",
      {
        viewBox: `0 0 ${this.width} ${this.height}`,
        role: "img",
        "aria-label": frame.says,
        class: "demo-plot",
      },
      clip,
      this.ink,
      ...this.axes(),
    );
  }

  private get wide(): number {
    return this.width - MARGIN.left - MARGIN.right;
  }

  private get tall(): number {
    return this.height - MARGIN.top - MARGIN.bottom;
  }

  x(value: number): number {
    const { low, high } = this.frame.x;
    return MARGIN.left + ((value - low) / (high - low)) * this.wide;
  }

  y(value: number): number {
    const { low, high } = this.frame.y;
    return MARGIN.top + this.tall - ((value - low) / (high - low)) * this.tall;
  }

  private axes(): SVGElement[] {
    const { x, y } = this.frame;
    const places = [
      `translate(${MARGIN.left + this.wide / 2} ${this.height - 4})`,
      `translate(11 ${MARGIN.top + this.tall / 2}) rotate(-90)`,
    ];
    this.names.forEach((name, axis) => {
      name.setAttribute("text-anchor", "middle");
      name.setAttribute("transform", places[axis]);
    });
    this.rename(x.name, y.name);
    const [left, bottom] = [MARGIN.left, MARGIN.top + this.tall];
    const text = (content: string, at: Record<string, string | number>) =>
      svg("text", at, content);
    return [
      svg("path", {
        class: "demo-axis",
        d: `M${left} ${MARGIN.top}V${bottom}H${left + this.wide}`,
      }),
      ...x.ticks.map((t) => svg("path", { class: "demo-axis", d: `M${this.x(t)} ${bottom}v4` })),
      ...y.ticks.map((t) => svg("path", { class: "demo-axis", d: `M${left} ${this.y(t)}h-4` })),
      ...x.ticks.map((t) =>
        text(sign(t), { x: this.x(t), y: bottom + 16, "text-anchor": "middle" }),
      ),
      ...y.ticks.map((t) =>
        text(sign(t), { x: left - 7, y: this.y(t) + 4, "text-anchor": "end" }),
      ),
      ...this.names,
    ];
  }

  /** Other names for the axes. */
  rename(x: string, y: string): void {
    this.names[0].textContent = x;
    this.names[1].textContent = y;
  }

  line(points: Point[], kind: string, close = false): SVGPathElement {
    const spots = points.map(([x, y]) => `${this.x(x).toFixed(1)} ${this.y(y).toFixed(1)}`);
    return svg("path", { class: kind, d: `M${spots.join("L")}${close ? "Z" : ""}` });
  }

  dot([x, y]: Point, radius: number, kind: string): SVGCircleElement {
    return svg("circle", { cx: this.x(x), cy: this.y(y), r: radius, class: kind });
  }

  text([x, y]: Point, content: string, kind = "", anchor = "start"): SVGTextElement {
    const at = { x: this.x(x), y: this.y(y), class: kind, "text-anchor": anchor };
    return svg("text", at, content);
  }

  /** What is drawn already stays where it is: a browser styles anew what is put back. */
  draw(...parts: SVGElement[]): void {
    const wanted = new Set<Node>(parts);
    for (const old of [...this.ink.childNodes]) if (!wanted.has(old)) old.remove();
    let next = this.ink.firstChild;
    for (const part of parts) {
      if (part === next) next = next.nextSibling;
      else this.ink.insertBefore(part, next);
    }
  }

  /** Calls `moved` with the place under a pressed pointer, in the units of the axes; `done`
   * where it is let go. */
  follow(moved: (place: Point) => void, done?: (place: Point) => void): void {
    const at = (event: PointerEvent): Point => {
      const box = this.node.getBoundingClientRect();
      const across = ((event.clientX - box.left) / box.width) * this.width;
      const down = ((event.clientY - box.top) / box.height) * this.height;
      const { x, y } = this.frame;
      return [
        x.low + ((across - MARGIN.left) / this.wide) * (x.high - x.low),
        y.low + ((MARGIN.top + this.tall - down) / this.tall) * (y.high - y.low),
      ];
    };
    this.node.classList.add("demo-draggable");
    this.node.addEventListener("pointerdown", (event) => {
      this.node.setPointerCapture(event.pointerId);
      moved(at(event));
    });
    this.node.addEventListener("pointermove", (event) => {
      if (this.node.hasPointerCapture(event.pointerId)) moved(at(event));
    });
    this.node.addEventListener("pointerup", (event) => done?.(at(event)));
  }
}

function sign(value: number): string {
  return String(value).replace("-", "−");
}
