// A walk over the map of codes: the chapter's decoder draws what belongs to each place.

import { classes } from "./classes";
import { Demo } from "./demo";
import { button, choice, html, row, type Slider, slider, svg } from "./elements";
import { answer, load, type Model, unpack } from "./engine";
import { Picture } from "./picture";
import { Plot, type Point } from "./plot";
import { print, word } from "./words";

const [SIZE, STEPS, STOPS] = [28, 60, 7];
const EMPTIEST = "emptiest";

interface Garment {
  code: Point;
  label: number;
}

const apart = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);
const between = (a: Point, b: Point, share: number): Point => [
  a[0] + share * (b[0] - a[0]),
  a[1] + share * (b[1] - a[1]),
];

export class Latent extends Demo {
  protected readonly name = word("A walk through the codes of garments");
  private readonly names = classes();
  private decoder: Model = { input: [2], layers: [] };
  private garments: Garment[] = [];
  private ends: Point[] = []; // of the map: its lowest and its highest numbers
  private place: Point = [0, 0];
  private walk: [Point, Point] = [
    [0, 0],
    [0, 0],
  ];
  private goal = "8";
  private along: { walk: [Point, Point]; images: number[][] } | null = null; // what was decoded last
  private crowd: { goal: string; dots: SVGGElement } | null = null;
  private plot!: Plot;
  private sliders: Slider[] = [];

  private readonly picture = new Picture(word("What the decoder draws at this place"));
  private readonly strip = new Picture(word("Seven pictures from the start of the walk to its end"));
  private readonly go = button(word("Walk"), () => this.toggle(), true);
  private readonly goals = choice(
    word("where to"),
    [
      ...this.names.map((name, label): [string, string] => [String(label), name]),
      [EMPTIEST, word("where no garment is")],
    ],
    this.goal,
    (goal) => {
      this.goal = goal;
      this.stand(this.place);
    },
  );

  get facts() {
    const { place, walk, ends } = this;
    return { place, walk, ends, image: this.decode(place), nearest: this.nearest(place) };
  }

  protected build(): Node[] {
    this.decoder = load(this.handed("decoder-of-two"));
    const { data } = unpack(this.handed("codes-of-two"));
    for (let k = 0; k < data.length; k += 3)
      this.garments.push({ code: [data[k], data[k + 1]], label: data[k + 2] });
    this.ends = [Math.min, Math.max].map((most, k) => {
      const ofAxis = (axis: 0 | 1) => most(...this.garments.map(({ code }) => code[axis]));
      return [0, 1].map((axis) => Math.round(ofAxis(axis as 0 | 1)) + (k ? 0.5 : -0.5)) as Point;
    });
    this.plot = this.map();
    this.plot.follow((place) => this.stand(place));
    this.sliders = ([0, 1] as const).map((axis) => this.axis(axis));
    const start = this.middle(1);
    this.place = start;
    this.walk = [start, this.target()];
    return [
      html("div", { class: "demo-panels demo-latent" }, this.plot.node, this.picture.node),
      this.strip.node,
      this.saying,
      row(this.go, this.goals.node, ...this.sliders.map((each) => each.node)),
    ];
  }

  private map(): Plot {
    const [low, high] = this.ends;
    const axis = (k: 0 | 1, name: string) => {
      const ticks = [low[k] + 0.5, 0, high[k] - 0.5];
      return { low: low[k], high: high[k], name, ticks: [...new Set(ticks)] };
    };
    const says = word("The map of codes; a dot for each garment, and the place that is decoded");
    return new Plot({ x: axis(0, "z₁"), y: axis(1, "z₂"), says });
  }

  private axis(axis: 0 | 1): Slider {
    const [low, high] = this.ends.map((end) => end[axis]);
    const range = { low, high, step: 0.05, value: 0, print: (v: number) => print(v, 2) };
    return slider(["z₁", "z₂"][axis], range, (value) => {
      const moved: Point = [...this.place];
      moved[axis] = value;
      this.stand(moved);
    });
  }

  /** The garment of a class that is nearest to the middle of its class. */
  private middle(label: number): Point {
    const codes = this.garments.filter((one) => one.label === label).map(({ code }) => code);
    const mean = [0, 1].map((k) => codes.reduce((sum, c) => sum + c[k] / codes.length, 0)) as Point;
    return codes.reduce((best, code) => (apart(code, mean) < apart(best, mean) ? code : best));
  }

  /** The place on the map that is farthest from any garment. */
  private emptiest(): Point {
    const [low, high] = this.ends;
    let best: Point = low;
    for (let k = 0; k < 21 * 21; k++) {
      const shares = [(k % 21) / 20, Math.floor(k / 21) / 20];
      const place = shares.map((share, a) => low[a] + share * (high[a] - low[a])) as Point;
      if (this.nearest(place).distance > this.nearest(best).distance) best = place;
    }
    return best;
  }

  private target(): Point {
    return this.goal === EMPTIEST ? this.emptiest() : this.middle(Number(this.goal));
  }

  private nearest(place: Point) {
    const distances = this.garments.map(({ code }) => apart(code, place));
    const distance = Math.min(...distances);
    return { distance, label: this.garments[distances.indexOf(distance)].label };
  }

  private decode(place: Point): number[] {
    return answer(this.decoder, place);
  }

  /** Stands at a place, where the next walk begins. */
  private stand(place: Point): void {
    this.stop();
    const within = place.map((v, k) => Math.max(this.ends[0][k], Math.min(this.ends[1][k], v)));
    this.place = within as Point;
    this.walk = [this.place, this.target()];
    this.draw();
  }

  private toggle(): void {
    if (this.isRunning) {
      this.stop();
      this.draw();
      return;
    }
    // At the end of a walk, it is walked once more.
    if (apart(...this.walk) < 1e-9) return;
    let step = 0;
    this.run(() => {
      step += 1;
      this.place = between(...this.walk, step / STEPS);
      return step < STEPS;
    });
  }

  protected draw(): void {
    const { plot, walk, place } = this;
    // The pictures first: they ask for colours, and a browser answers only when it has styled
    // everything that is new on the page.
    const atStart = place === walk[0] ? this.stops()[0] : this.decode(place);
    this.picture.amounts(atStart, SIZE, SIZE);
    this.drawStrip();
    plot.draw(
      this.dots(),
      plot.line(walk, "demo-line"),
      plot.dot(walk[1], 5, "demo-asked"),
      plot.dot(place, 7, "demo-handle demo-at-a"),
    );
    this.sliders.forEach((each, axis) => each.show(place[axis]));
    this.go.textContent = this.isRunning ? word("Stop") : word("Walk");
    this.say(this.words());
  }

  /** All garments on the map, those of the goal above the others. */
  private dots(): SVGGElement {
    if (this.crowd?.goal !== this.goal) {
      const chosen = (one: Garment) => String(one.label) === this.goal;
      const dot = (one: Garment) =>
        this.plot.dot(
          one.code,
          chosen(one) ? 3 : 2,
          chosen(one) ? "demo-answer" : "demo-tried demo-far",
        );
      const order = [...this.garments].sort((a, b) => +chosen(a) - +chosen(b));
      this.crowd = { goal: this.goal, dots: svg("g", {}, ...order.map(dot)) };
    }
    return this.crowd.dots;
  }

  /** What the decoder draws along the walk; while it is walked, that stays. */
  private stops(): number[][] {
    const { walk } = this;
    if (this.along?.walk !== walk) {
      const stops = Array.from({ length: STOPS }, (_, k) => between(...walk, k / (STOPS - 1)));
      this.along = { walk, images: stops.map((stop) => this.decode(stop)) };
    }
    return this.along.images;
  }

  private drawStrip(): void {
    const images = this.stops();
    const data = new Float64Array(STOPS * SIZE * SIZE);
    images.forEach((image, k) => image.forEach((ink, at) => (data[at * STOPS + k] = ink)));
    this.strip.sheet({ shape: [SIZE, SIZE, STOPS], data }, STOPS, ["--demo-ink", "--demo-ink"]);
  }

  private words(): string {
    const { distance, label } = this.nearest(this.place);
    const [z1, z2] = this.place.map((value) => print(value, 1));
    const values = { z1, z2, distance: print(distance, 1), name: this.names[label] };
    return word(
      "At z₁ = {z1}, z₂ = {z2}. The nearest garment is {distance} away: {name}.",
      values,
    );
  }
}
