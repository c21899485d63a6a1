// Small pieces of the page: elements, sliders, buttons, choices. They are the browser's own
// controls, so that keyboard and screen reader know them.

type Attributes = Record<string, string | number | boolean>;
type Child = Node | string;

function dress(node: Element, attributes: Attributes, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false) continue;
    node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children);
}

export function html<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  dress(node, attributes, children);
  return node;
}

export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[Tag] {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  dress(node, attributes, children);
  return node;
}

let used = 0;

/** An id that no other element of the page has. */
export function fresh(): string {
  used += 1;
  return `demo-${used}`;
}

export interface Slider {
  node: HTMLElement;
  show(value: number): void;
}

interface Range {
  low: number;
  high: number;
  step: number;
  value: number;
  print: (value: number) => string;
  /** The scale: what the slider's own position stands for. */
  scale?: { at: (position: number) => number; position: (value: number) => number };
}

const PLAIN = { at: (position: number) => position, position: (value: number) => value };

/** A slider with its name before it and its value after it. */
export function slider(name: string, range: Range, changed: (value: number) => void): Slider {
  const id = fresh();
  const { at, position } = range.scale ?? PLAIN;
  const input = html("input", {
    id,
    type: "range",
    min: position(range.low),
    max: position(range.high),
    step: range.step,
  });
  const value = html("output", { for: id });
  const tell = (now: number) => {
    value.textContent = range.print(now);
    input.setAttribute("aria-valuetext", range.print(now));
  };
  input.addEventListener("input", () => {
    const now = at(+input.value);
    tell(now);
    changed(now);
  });
  const show = (now: number) => {
    input.value = String(position(now));
    tell(now);
  };
  show(range.value);
  return { node: html("div", { class: "demo-slider" }, label(id, name), value, input), show };
}

export function label(id: string, name: string): HTMLLabelElement {
  return html("label", { for: id }, name);
}

export function button(name: string, pressed: () => void, main = false): HTMLButtonElement {
  const node = html("button", { type: "button", class: main ? "demo-main" : "" }, name);
  node.addEventListener("click", pressed);
  return node;
}

export interface Choice {
  node: HTMLElement;
  show(value: string): void;
}

/** A list to choose from; `options` are pairs of value and name. */
export function choice(
  name: string,
  options: [string, string][],
  value: string,
  changed: (value: string) => void,
): Choice {
  const id = fresh();
  const entries = options.map(([key, text]) => html("option", { value: key }, text));
  const list = html("select", { id }, ...entries);
  list.value = value;
  list.addEventListener("change", () => changed(list.value));
  const show = (now: string) => (list.value = now);
  return { node: html("div", { class: "demo-choice" }, label(id, name), list), show };
}

/** A row of controls. */
export function row(...parts: Child[]): HTMLElement {
  return html("div", { class: "demo-row" }, ...parts);
}
