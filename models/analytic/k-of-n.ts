import { requireCount, requirePositive } from "./in-range.ts";
import { exitRate, type MarkovChain, stationary, untilAbsorption } from "./markov-chain.ts";

/** `hosts` that all run and fail, whether the service is up or not; it is up while at least `needed` of them are. */
export interface KOfN {
  readonly hosts: number;
  readonly needed: number;
  /** Mean time to failure of one host, exponential. Any unit of time: all results are in the same. */
  readonly mttf: number;
  /** Mean time of one repair, exponential. */
  readonly mttr: number;
  /** Repairs that go on at once; Infinity: each host has a crew of its own. */
  readonly crews: number;
}

/** Long-run figures of a service on k of n hosts. */
export interface KOfNFigures {
  readonly availability: number;
  /** 1 - availability, with all its digits. */
  readonly unavailability: number;
  /** Mean time from all hosts up to the first outage of the service. */
  readonly timeToFailure: number;
  /** Outages of the service per unit of time. */
  readonly failureFrequency: number;
  readonly meanUpTime: number;
  readonly meanDownTime: number;
  readonly hostsUp: number;
  readonly hostsDown: number;
  readonly allUp: number;
  /** Failures of hosts per unit of time. */
  readonly hostFailures: number;
}

/**
 * The birth–death chain of the machine-repairman model: with f hosts down, (n - f) / MTTF failures and
 * min(f, crews) / MTTR repairs per unit of time (Trivedi, Probability and Statistics, 2002, section 8.2).
 *
 * @throws RangeError that names the argument which is impossible.
 */
export const kOfN = (service: KOfN): KOfNFigures => {
  const { hosts, needed, mttf, mttr, crews } = service;
  requireCount("k of n", { hosts });
  requireCount("k of n", { needed }, 1, hosts);
  requirePositive("k of n", { mttf, mttr, crews });
  if (crews !== Number.POSITIVE_INFINITY) requireCount("k of n", { crews });
  const chain = birthDeath(
    hosts,
    (down) => (hosts - down) / mttf,
    (down) => Math.min(down, crews) / mttr,
  );
  const probabilities = stationary(chain);
  const sum = (weight: (down: number) => number): number =>
    probabilities.reduce((total, p, down) => total + p * weight(down), 0);
  const spare = hosts - needed;
  const availability = sum((down) => (down <= spare ? 1 : 0));
  const unavailability = sum((down) => (down > spare ? 1 : 0));
  const failureFrequency = exitRate(chain, probabilities, (down) => down <= spare);
  const hostsUp = sum((down) => hosts - down);
  const firstOutage = birthDeath(
    spare + 1,
    (down) => (hosts - down) / mttf,
    (down) => (down > spare ? 0 : Math.min(down, crews) / mttr),
  );
  return {
    availability,
    unavailability,
    timeToFailure: untilAbsorption(firstOutage, 0).mean,
    failureFrequency,
    meanUpTime: availability / failureFrequency,
    meanDownTime: unavailability / failureFrequency,
    hostsUp,
    hostsDown: sum((down) => down),
    allUp: probabilities[0]!,
    hostFailures: hostsUp / mttf,
  };
};

/** States 0 … `last`; a rate of 0 is no transition. */
const birthDeath = (last: number, up: (state: number) => number, down: (state: number) => number): MarkovChain => {
  const states = Array.from({ length: last + 1 }, (_, state) => state);
  const ups = states.slice(0, last).map((from) => ({ from, to: from + 1, rate: up(from) }));
  const downs = states.slice(1).map((from) => ({ from, to: from - 1, rate: down(from) }));
  return { states: last + 1, transitions: [...ups, ...downs].filter(({ rate }) => rate > 0) };
};
