// Neuron A gets a pulse, a synapse leads to neuron B, and the reader collects A's peaks.

import { Demo } from "./demo";
import { button, choice, html, row, slider } from "./elements";
import { across, type Stimulus } from "./membrane";
import { Plot, type Point } from "./plot";
import { print, sentences, word } from "./words";

const DURATION = 25;
const STRONGEST = 25;
const TEMPERATURES = ["6.3", "20", "25", "30"];
const PRESETS: Record<string, Stimulus> = {
  "a little too weak": { pulse: 6.8, strength: 0.2, celsius: 6.3 },
  "just strong enough": { pulse: 7.1, strength: 0.2, celsius: 6.3 },
  "a weak synapse": { pulse: 10, strength: 0.07, celsius: 6.3 },
  "a warm membrane": { pulse: 10, strength: 0.2, celsius: 25 },
};

export class Neuron extends Demo {
  protected readonly name = word("Two neurons and a synapse");
  private now: Stimulus = { pulse: 3, strength: 0.2, celsius: 6.3 };
  private a: number[] = [];
  private b: number[] = [];
  private tried = new Map<number, number>();

  private readonly traces = new Plot({
    x: { low: 0, high: DURATION, name: word("time (ms)"), ticks: [0, 5, 10, 15, 20, 25] },
    y: { low: -88, high: 58, name: word("voltage (mV)"), ticks: [-80, -40, 0, 40] },
    says: word("The voltages of A and B after the pulse"),
  });
  private readonly curve = new Plot({
    x: { low: 0, high: STRONGEST, name: word("pulse (µA/cm²)"), ticks: [0, 5, 10, 15, 20, 25] },
    y: { low: -88, high: 58, name: word("peak of A (mV)"), ticks: [-80, -40, 0, 40] },
    says: word("The peak of A for every pulse that was tried"),
  });
  private readonly pulses = slider(
    word("pulse (µA/cm²)"),
    { low: 0, high: STRONGEST, step: 0.1, value: 3, print: (value) => print(value, 1) },
    (pulse) => this.change({ pulse }),
  );
  private readonly strengths = slider(
    word("synapse (mS/cm²)"),
    { low: 0, high: 0.3, step: 0.005, value: 0.2, print: (value) => print(value, 3) },
    (strength) => this.change({ strength }),
  );
  private readonly degrees = choice(
    word("temperature"),
    TEMPERATURES.map((degrees): [string, string] => [degrees, `${degrees} °C`]),
    "6.3",
    (degrees) => this.change({ celsius: +degrees }),
  );
  private readonly presets = choice(
    word("Settings"),
    [["", word("your own")], ...Object.keys(PRESETS).map((k): [string, string] => [k, word(k)])],
    "",
    (key) => PRESETS[key] && this.change(PRESETS[key], key),
  );
  private readonly sweep = button(word("Try them all"), () => this.toggle(), true);

  get facts() {
    const peaks = { a: Math.max(...this.a), b: Math.max(...this.b) };
    return { ...this.now, peaks, tried: [...this.tried.entries()] };
  }

  protected build(): Node[] {
    this.measure();
    return [
      html("div", { class: "demo-panels" }, this.traces.node, this.curve.node),
      this.saying,
      row(this.pulses.node, this.strengths.node),
      row(
        this.sweep,
        button(word("Clear"), () => {
          this.stop();
          this.tried.clear();
          this.change({});
        }),
        this.degrees.node,
        this.presets.node,
      ),
    ];
  }

  private change(part: Partial<Stimulus>, preset = ""): void {
    this.stop();
    // Peaks of a cold and a warm membrane do not belong on one curve.
    if (part.celsius !== undefined && part.celsius !== this.now.celsius) this.tried.clear();
    this.now = { ...this.now, ...part };
    this.measure();
    this.presets.show(preset);
    this.draw();
  }

  /** Runs both neurons. Warm gates are fast, and need shorter steps. */
  private measure(): void {
    const voltages = across(this.now, DURATION, this.now.celsius > 10 ? 0.02 : 0.04);
    this.a = voltages.a;
    this.b = voltages.b;
    this.tried.set(this.now.pulse, Math.max(...this.a));
  }

  private toggle(): void {
    if (this.isRunning) {
      this.stop();
      this.draw();
      return;
    }
    let next = 0;
    this.run(() => {
      this.now.pulse = next / 2;
      this.measure();
      next += 1;
      return next / 2 <= STRONGEST;
    });
  }

  protected draw(): void {
    const spots = (voltages: number[]) =>
      voltages.map((v, k): Point => [(k * DURATION) / (voltages.length - 1), v]);
    const plot = this.traces;
    const band: Point[] = [[0, -88], [1, -88], [1, 58], [0, 58]];
    plot.draw(
      plot.line(band, "demo-band", true),
      plot.line(spots(this.b), "demo-b"),
      plot.line(spots(this.a), "demo-a"),
      plot.text([22, 46], "A", "demo-name-a"),
      plot.text([22, 34], "B", "demo-name-b"),
      plot.line([[19, 48.5], [21.4, 48.5]], "demo-a"),
      plot.line([[19, 36.5], [21.4, 36.5]], "demo-b"),
    );
    const peaks = [...this.tried.entries()];
    this.curve.draw(
      ...peaks.map((peak) => this.curve.dot(peak, 3, "demo-tried")),
      this.curve.dot([this.now.pulse, Math.max(...this.a)], 6, "demo-handle demo-at-a"),
    );
    this.pulses.show(this.now.pulse);
    this.strengths.show(this.now.strength);
    this.degrees.show(String(this.now.celsius));
    this.sweep.textContent = this.isRunning ? word("Stop") : word("Try them all");
    this.say(this.words());
  }

  /** What each neuron does: a spike passes 0 mV, and what stays below −40 mV is a bump. */
  private words(): string {
    const told = (["a", "b"] as const).map((key) => {
      const [name, peak] = [key.toUpperCase(), Math.max(...this[key])];
      const values = { name, peak: print(peak, 0) };
      if (peak > 0) return word("{name} fires; its peak is {peak} mV.", values);
      if (peak > -40) return word("{name} reaches {peak} mV, neither bump nor spike.", values);
      return word("{name} stays silent; its peak is {peak} mV.", values);
    });
    return sentences(...told);
  }
}
