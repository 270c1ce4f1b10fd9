import { type LossStream, type LossSystem, type LostHosts, struck } from "./loss-system.ts";

/** Rates of a system whose lives and repairs are exponential. */
export interface LossRates {
  readonly life: number;
  readonly repair: number;
  /** Of each kind of shock. */
  readonly shocks: readonly number[];
}

/** @throws RangeError unless lives and repairs are exponential */
export const lossRates = ({ life, repair, shocks }: LossSystem): LossRates => {
  if (life.law !== "exponential" || repair.law !== "exponential") {
    throw new RangeError(
      `importance sampling and splitting know the rates of exponential laws only, not of ${life.law} lives and ${repair.law} repairs: simulate directly`,
    );
  }
  return { life: 1 / life.mean, repair: 1 / repair.mean, shocks: shocks.map(({ rate }) => rate) };
};

/** How transitions are chosen: as they are likely, or with losses more often than that. */
export interface Bias {
  /** Probability that the next transition is a loss while something is lost. */
  readonly loss: number;
  /** Part of the single losses that are drawn among hosts whose loss matters most. */
  readonly critical: number;
}

/** Where a walk through the states of a system stands. */
export interface Walk {
  readonly lost: LostHosts;
  /** What really happens is so much more likely than what was drawn. */
  likelihood: number;
  /** Mean time spent so far: holding times are taken at their expectation. */
  time: number;
}

/**
 * One transition of the embedded chain, from the state in which the walk stands.
 *
 * Source: failure biasing as in P. Heidelberger, Fast simulation of rare events, ACM TOMACS 5, 1995.
 * @returns whether data is lost by it
 */
export const step = (walk: Walk, rates: LossRates, stream: LossStream, bias?: Bias): boolean => {
  const { lost } = walk;
  const { system } = lost;
  const up = system.hosts - lost.order.length;
  const single = up * rates.life;
  const shocks = rates.shocks.reduce((sum, rate) => sum + rate, 0);
  const waiting = lost.order.length;
  const repairing = (system.repairs === "parallel" ? waiting : Math.min(1, waiting)) * rates.repair;
  const total = single + shocks + repairing;
  walk.time += 1 / total;
  const likely = (single + shocks) / total;
  const drawn = bias === undefined || waiting === 0 ? likely : bias.loss;
  if (stream.next() >= drawn) {
    walk.likelihood *= (1 - likely) / (1 - drawn);
    const at = system.repairs === "parallel" ? Math.floor(stream.next() * waiting) : 0;
    lost.repair(lost.order[at]!);
    return false;
  }
  walk.likelihood *= likely / drawn;
  let which = stream.next() * (single + shocks);
  for (const [i, rate] of rates.shocks.entries()) {
    which -= rate;
    if (which >= 0) continue;
    let data = false;
    for (const host of struck(system.shocks[i]!, system.hosts, stream)) data = lost.lose(host) || data;
    return data;
  }
  const critical = bias === undefined || waiting === 0 ? [] : lost.critical;
  const part = critical.length === 0 ? 0 : bias!.critical;
  const host = stream.next() < part ? critical[Math.floor(stream.next() * critical.length)]! : anyUp(lost, stream);
  const isCritical = part > 0 && critical.includes(host);
  walk.likelihood /= 1 - part + (isCritical ? (part * up) / critical.length : 0);
  return lost.lose(host);
};

const anyUp = (lost: LostHosts, stream: LossStream): number => {
  for (;;) {
    const host = Math.floor(stream.next() * lost.system.hosts);
    if (!lost.isLost(host)) return host;
  }
};

/** One regeneration cycle: from nothing lost to nothing lost again, or to a loss of data. */
export interface LossCycle {
  readonly data: boolean;
  readonly likelihood: number;
  readonly time: number;
}

export const lossCycle = (lost: LostHosts, rates: LossRates, stream: LossStream, bias?: Bias): LossCycle => {
  lost.clear();
  const walk: Walk = { lost, likelihood: 1, time: 0 };
  for (;;) {
    if (step(walk, rates, stream, bias)) return { data: true, likelihood: walk.likelihood, time: walk.time };
    if (lost.order.length === 0) return { data: false, likelihood: walk.likelihood, time: walk.time };
  }
};
