// How a dense network for points of a plane is built and trained: what the reader chooses.

import type { Settings } from "./dense";

export interface Build extends Settings {
  layers: number;
  units: number;
}

const PLAIN = { activation: "tanh", optimizer: "Adam", rate: 0.03, dropout: 0, l2: 0 } as const;

/** Settings worth a look, each with its points. */
export const PRESETS: Record<string, { kind: string; build: Build }> = {
  "two units": { kind: "rings", build: { ...PLAIN, layers: 1, units: 2 } },
  "three units": { kind: "rings", build: { ...PLAIN, layers: 1, units: 3 } },
  "three units, no bend": {
    kind: "rings",
    build: { ...PLAIN, layers: 1, units: 3, activation: "linear" },
  },
  "too many units": { kind: "moons", build: { ...PLAIN, layers: 2, units: 8 } },
  "too many units, with L2": { kind: "moons", build: { ...PLAIN, layers: 2, units: 8, l2: 0.003 } },
  "too many units, with dropout": {
    kind: "moons",
    build: { ...PLAIN, layers: 2, units: 8, dropout: 0.3 },
  },
};

/** The same network in Keras, and its training. */
export function keras(build: Build, steps: number): string {
  const { layers, units, activation, optimizer, rate, dropout, l2 } = build;
  const price = l2 ? `, kernel_regularizer=keras.regularizers.L2(${+l2.toFixed(3)})` : "";
  const hidden = Array<string>(layers).fill(
    `    keras.layers.Dense(${units}, activation="${activation}"${price}),` +
      (dropout ? `\n    keras.layers.Dropout(${+dropout.toFixed(1)}),` : ""),
  );
  const name = optimizer === "Adam" ? "Adam" : "SGD";
  const momentum = optimizer === "momentum" ? ", momentum=0.9" : "";
  const descent = `keras.optimizers.${name}(learning_rate=${+rate.toPrecision(2)}${momentum})`;
  return [
    "network = keras.Sequential([",
    "    keras.Input((2,)),",
    ...hidden,
    `    keras.layers.Dense(1, activation="sigmoid"${price}),`,
    "])",
    `network.compile(${descent}, "binary_crossentropy")`,
    `network.fit(x, y, epochs=${steps}, batch_size=len(x), verbose=0)`,
  ].join("\n");
}
