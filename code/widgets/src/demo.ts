// What all demos share: they wait until they scroll near, ask for their data, keep the figure's
// picture for print and for the case that something fails, say in words what is to be seen, and
// run in steps.

import { html } from "./elements";
import type { Packed } from "./engine";
import { word } from "./words";

const NEAR = "400px";

export abstract class Demo extends HTMLElement {
  /** What the demo is, in a few words. */
  protected abstract readonly name: string;
  /** The numbers behind the picture, for tests. */
  abstract get facts(): Record<string, unknown>;
  /** Makes the parts; called once. */
  protected abstract build(): Node[];
  /** Draws what there is now, and says it. */
  protected abstract draw(): void;

  /** The words, to be placed among the parts. */
  protected readonly saying = html("p", { class: "demo-says", role: "status" });
  private running = false;
  private frame = 0;

  connectedCallback(): void {
    if (this.dataset.state) return;
    this.dataset.state = "waiting";
    const watch = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        watch.disconnect();
        void this.begin();
      },
      { rootMargin: NEAR },
    );
    watch.observe(this);
  }

  disconnectedCallback(): void {
    this.stop();
  }

  /** Puts the demo before the picture, which the style sheet then hides except in print. */
  private async begin(): Promise<void> {
    const picture = [...this.childNodes];
    try {
      await this.bring();
      const parts = this.build();
      const body = html("div", { class: "demo", role: "group", "aria-label": this.name });
      body.append(...parts);
      const still = html("div", { class: "demo-still" }, ...picture);
      this.replaceChildren(body, still);
      this.draw();
      new MutationObserver(() => this.draw()).observe(document.documentElement, {
        attributeFilter: ["data-theme"], // what is painted pixel by pixel knows no style sheet
      });
      this.dataset.state = "ready";
    } catch (error) {
      this.replaceChildren(...picture);
      this.dataset.state = "failed";
      console.error(error);
    }
  }

  /** Asks for what the page handed over: a classic script, since a page on a disk may load no
   * other kind of file. */
  private bring(): Promise<void> {
    const { src } = this.dataset;
    if (!src) return Promise.resolve();
    return new Promise((done, failed) => {
      const script = html("script", { src });
      script.addEventListener("load", () => done());
      script.addEventListener("error", () => failed(new Error(`${src}: did not load`)));
      document.head.append(script);
    });
  }

  /** What the page handed over by this name. */
  protected handed<Kind = Packed>(name: string): Kind {
    const data = (globalThis as { bookData?: Record<string, Kind> }).bookData;
    if (!data?.[name]) throw new Error(`the page handed over no ${name}`);
    return data[name];
  }

  /** A number that the page handed over. */
  protected given(key: string, otherwise: number): number {
    const value = this.getAttribute(`data-${key}`);
    return value === null ? otherwise : Number(value);
  }

  /** Shows words; they are read out only when nothing moves any more. */
  protected say(text: string): void {
    this.saying.setAttribute("aria-live", this.running ? "off" : "polite");
    if (this.saying.textContent !== text) this.saying.textContent = text;
  }

  get isRunning(): boolean {
    return this.running;
  }

  /** Calls `step` before each picture until it returns false. A reader who asked for no motion
   * gets the end at once. */
  protected run(step: () => boolean): void {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      while (step());
      this.draw();
      return;
    }
    this.running = true;
    const next = () => {
      if (!this.running) return;
      if (!step()) this.running = false;
      this.draw();
      if (this.running) this.frame = requestAnimationFrame(next);
    };
    this.frame = requestAnimationFrame(next);
    this.draw();
  }

  protected stop(): void {
    this.running = false;
    cancelAnimationFrame(this.frame);
  }
}

/** The same in code: it opens, and can be copied. */
export function inCode(title: string): { node: HTMLElement; show: (code: string) => void } {
  const code = html("pre", { tabindex: "0" });
  const copy = html("button", { type: "button" }, word("Copy"));
  copy.addEventListener("click", () => {
    getSelection()?.selectAllChildren(code);
    void navigator.clipboard?.writeText(code.textContent ?? "").catch(() => undefined);
  });
  const node = html("details", { class: "demo-code" }, html("summary", {}, title), code, copy);
  return { node, show: (text) => (code.textContent = text) };
}
