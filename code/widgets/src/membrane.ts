// Two patches of squid membrane and a synapse from A to B, as in dnnbook/membrane.py and
// dnnbook/conduction.py: the equations of Hodgkin and Huxley. ms, mV, µA/cm², mS/cm².

const REST = -65;
const [SODIUM, POTASSIUM, LEAK] = [120, 36, 0.3];
const [SODIUM_REVERSAL, POTASSIUM_REVERSAL] = [50, -77];
const SYNAPSE = { reversal: 0, opening: 1.1, decay: 5.3, midpoint: 2 };

/** x / (1 − e^−x), which is 1 at x = 0. */
function rise(x: number): number {
  const near = x === 0 ? 1e-12 : x;
  return near / -Math.expm1(-near);
}

/** How fast the gates m, h and n open, and close, per ms at 6.3 °C. */
function rates(voltage: number): [number[], number[]] {
  const up = voltage - REST;
  return [
    [rise((up - 25) / 10), 0.07 * Math.exp(-up / 20), 0.1 * rise((up - 10) / 10)],
    [4 * Math.exp(-up / 18), 1 / (1 + Math.exp(3 - up / 10)), 0.125 * Math.exp(-up / 80)],
  ];
}

/** V, m, h and n at rest, the gates in balance. */
function atRest(): number[] {
  const [opening, closing] = rates(REST);
  return [REST, ...opening.map((open, gate) => open / (open + closing[gate]))];
}

/** The leak's reversal potential, such that nothing flows at rest. */
const LEAK_REVERSAL = (() => {
  const [, m, h, n] = atRest();
  const sodium = SODIUM * m ** 3 * h * (REST - SODIUM_REVERSAL);
  const potassium = POTASSIUM * n ** 4 * (REST - POTASSIUM_REVERSAL);
  return REST + (sodium + potassium) / LEAK;
})();

/** How fast V, m, h and n change, per ms, while a current is injected. */
function patch([v, m, h, n]: number[], current: number, pace: number): number[] {
  const ionic =
    SODIUM * m ** 3 * h * (v - SODIUM_REVERSAL) +
    POTASSIUM * n ** 4 * (v - POTASSIUM_REVERSAL) +
    LEAK * (v - LEAK_REVERSAL);
  const [opening, closing] = rates(v);
  const gates = [m, h, n].map((gate, k) => pace * (opening[k] * (1 - gate) - closing[k] * gate));
  return [current - ionic, ...gates];
}

/** How fast the nine numbers change: A's four, B's four, and the open share of the channels. */
function pair(state: number[], current: number, strength: number, pace: number): number[] {
  const [a, b, share] = [state.slice(0, 4), state.slice(4, 8), state[8]];
  const release = 1 / (1 + Math.exp(-(a[0] - SYNAPSE.midpoint) / 5));
  const received = strength * share * (SYNAPSE.reversal - b[0]);
  const opened = SYNAPSE.opening * release * (1 - share) - share / SYNAPSE.decay;
  return [...patch(a, current, pace), ...patch(b, received, pace), opened];
}

export interface Stimulus {
  /** The strength of a pulse of 1 ms into A. */
  pulse: number;
  /** The conductance of the synapse from A to B. */
  strength: number;
  celsius: number;
}

/** The voltages of A and B at each step, by the Runge–Kutta method of order four. */
export function across(stimulus: Stimulus, duration = 25, step = 0.04) {
  const pace = 3 ** ((stimulus.celsius - 6.3) / 10);
  let state = [...atRest(), ...atRest(), 0];
  const voltages = { a: [state[0]], b: [state[4]] };
  const add = (slope: number[], time: number) => state.map((value, k) => value + time * slope[k]);
  for (let k = 0; k < Math.round(duration / step); k++) {
    const current = (k + 0.5) * step < 1 ? stimulus.pulse : 0;
    const slopes = (at: number[]) => pair(at, current, stimulus.strength, pace);
    const k1 = slopes(state);
    const k2 = slopes(add(k1, step / 2));
    const k3 = slopes(add(k2, step / 2));
    const k4 = slopes(add(k3, step));
    state = state.map((value, i) => value + (step / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]));
    voltages.a.push(state[0]);
    voltages.b.push(state[4]);
  }
  return voltages;
}
