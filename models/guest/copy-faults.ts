import { type DirtyModel, firstWritePart, writtenPart } from "./dirty-curve.ts";

/**
 * Expected pages of a class that are written before the copier has saved them, by the moment the guest has worked
 * `work` seconds and the copier has swept the fraction `swept` of its set evenly:
 * ∫ λ (1 - u swept / work) e^{-λ u / n} du over [0, work], per page; with `swept` = 1 the F of model.md, section 4.
 */
export const copyFaultsPerPage = (writesPerPage: number, work: number, swept: number): number => {
  const a = writesPerPage * work;
  // The difference below loses digits for small a: its series, to the third order.
  if (a < 1e-4) return a * (1 - swept / 2 - a * (1 / 2 - swept / 3 - a * (1 / 6 - swept / 8)));
  const gone = -Math.expm1(-a);
  return gone - (swept / a) * (gone - a * Math.exp(-a));
};

/** Derivative of {@link copyFaultsPerPage} by the work, while the fraction that is swept stands still. */
export const copyFaultRatePerPage = (writesPerPage: number, work: number, swept: number): number => {
  const a = writesPerPage * work;
  if (a < 1e-4) return writesPerPage * (1 - swept / 2 - a * (1 - (2 * swept) / 3 - a * (1 / 2 - (3 * swept) / 8)));
  const kept = Math.exp(-a);
  return writesPerPage * (kept - swept * (kept + (kept + Math.expm1(-a) / a) / a));
};

/** The part of a sweep in which the pages of one class have their turn: from 0, its begin, to 1, its end. */
export interface Turn {
  readonly from: number;
  readonly to: number;
}

export const wholeSweep: Turn = { from: 0, to: 1 };

/** Where the guest and the copier are. */
interface Race {
  /** Seconds of guest work since the cut. */
  readonly work: number;
  /** Fraction of the set that has been swept, evenly over the work. */
  readonly swept: number;
}

/**
 * As {@link copyFaultsPerPage}, for a class that is swept during its turn only. Once its turn is over, with s and d the
 * work before and during it, 1 - (e^{-λ s / n} - e^{-λ (s + d) / n}) n / (λ d) (model.md, section 4).
 */
export const turnFaultsPerPage = (
  model: DirtyModel,
  writesPerPage: number,
  { work, swept }: Race,
  turn: Turn,
): number => {
  const waiting = writtenPart(model, writesPerPage * work);
  if (swept <= turn.from) return waiting;
  const now = Math.min(swept, turn.to);
  const done = (now - turn.from) / (turn.to - turn.from);
  const pace = (writesPerPage * work) / swept;
  const met =
    model === "uniform" ? metAtRandom(pace, turn.from, now) : metInTurn(pace, turn.from, now) / (now - turn.from);
  return done * met + (1 - done) * waiting;
};

/** Derivative of {@link turnFaultsPerPage} by the work, while the fraction that is swept stands still. */
export const turnFaultRatePerPage = (
  model: DirtyModel,
  writesPerPage: number,
  { work, swept }: Race,
  turn: Turn,
): number => {
  const a = writesPerPage * work;
  const waiting = writesPerPage * firstWritePart(model, a);
  if (swept <= turn.from) return waiting;
  const now = Math.min(swept, turn.to);
  const span = now - turn.from;
  const done = span / (turn.to - turn.from);
  const pace = a / swept;
  let met: number;
  if (model === "uniform") {
    const z = pace * span;
    met = Math.exp(-pace * turn.from) * (turn.from * meanKept(z) + span * meanKeptLater(z));
  } else {
    const until = pace === 0 ? now : Math.min(now, 1 / pace);
    met = until <= turn.from ? 0 : (until ** 2 - turn.from ** 2) / 2 / span;
  }
  return done * (writesPerPage / swept) * met + (1 - done) * waiting;
};

/** Mean of 1 - e^{-pace v} for v between `from` and `to`. */
const metAtRandom = (pace: number, from: number, to: number): number => {
  const z = pace * (to - from);
  const within = z < 1e-4 ? z * (1 / 2 - z * (1 / 6 - z / 24)) : 1 + Math.expm1(-z) / z;
  return -Math.expm1(-pace * from) + Math.exp(-pace * from) * within;
};

/** Integral of min(1, pace v) for v between `from` and `to`. */
const metInTurn = (pace: number, from: number, to: number): number => {
  const all = pace === 0 ? to : Math.min(to, Math.max(from, 1 / pace));
  return (pace / 2) * (all ** 2 - from ** 2) + (to - all);
};

/** ∫ e^{-z t} dt over [0, 1]. */
const meanKept = (z: number): number => (z < 1e-4 ? 1 - z * (1 / 2 - z * (1 / 6 - z / 24)) : -Math.expm1(-z) / z);

/** ∫ t e^{-z t} dt over [0, 1]. */
const meanKeptLater = (z: number): number =>
  z < 1e-3 ? 1 / 2 - z * (1 / 3 - z * (1 / 8 - z * (1 / 30 - z / 144))) : (-Math.expm1(-z) - z * Math.exp(-z)) / z ** 2;
