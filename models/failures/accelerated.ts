import type { Law } from "../laws.ts";
import type { FailureSource, FailureSpec, ShockSpec, ShockTimes } from "./failure-spec.ts";
import type { SilentErrors } from "./silent-errors.ts";

/** A law of which every time is `factor` times shorter. */
export const fasterLaw = (law: Law, factor: number): Law => {
  switch (law.law) {
    case "exponential":
      return { ...law, mean: law.mean / factor };
    case "weibull":
    case "gamma":
      return { ...law, scale: law.scale / factor };
    case "lognormal":
      return { ...law, mu: law.mu - Math.log(factor) };
    case "deterministic":
      return { ...law, value: law.value / factor };
    case "empirical":
      return { ...law, sample: law.sample.map((one) => one / factor) };
  }
};

/**
 * What fails by laws and traces fails, and is repaired, `factor` times as fast: the outages of a run of `horizon` seconds are
 * those of one of `factor` × `horizon` seconds, with all times divided by the factor. Times that are listed stay what they are.
 *
 * @throws RangeError unless the factor is positive and finite
 */
export const accelerated = (spec: FailureSpec, factor: number): FailureSpec => {
  if (!(factor > 0 && factor < Infinity))
    throw new RangeError(`failures cannot be accelerated ${factor} times: give a positive number`);
  const source = (one: FailureSource): FailureSource => {
    if (one.kind === "law") return { ...one, time: fasterLaw(one.time, factor), repair: fasterLaw(one.repair, factor) };
    if (one.kind !== "trace") return one;
    const { name, span, byNode } = one.trace;
    const shorter = byNode.map((own) => own.map(({ start, end }) => ({ start: start / factor, end: end / factor })));
    return { ...one, trace: { name, span: span / factor, byNode: shorter } };
  };
  const strikes = (times: ShockTimes): ShockTimes =>
    times.kind === "times" ? times : { ...times, time: fasterLaw(times.time, factor) };
  const shock = (one: ShockSpec): ShockSpec => ({
    ...one,
    strikes: strikes(one.strikes),
    within: one.within / factor,
    repair: fasterLaw(one.repair, factor),
  });
  const silent = (errors: SilentErrors): SilentErrors =>
    errors.kind === "none" ? errors : { ...errors, time: fasterLaw(errors.time, factor) };
  return {
    vm: source(spec.vm),
    host: source(spec.host),
    disk: source(spec.disk),
    slowDisk: source(spec.slowDisk),
    rack: source(spec.rack),
    uplink: source(spec.uplink),
    store: source(spec.store),
    renewal: spec.renewal,
    slowDiskRate: spec.slowDiskRate,
    shocks: spec.shocks.map(shock),
    latentErrors: silent(spec.latentErrors),
    corruption: silent(spec.corruption),
  };
};
