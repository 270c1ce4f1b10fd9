import { lifetime, type RandomStream, sampleLaw } from "../laws.ts";
import type { Outage, ShockSpec, ShockTimes } from "./failure-spec.ts";

/** One shock: when it strikes, and the outages of the hosts that it hits. */
export interface Shock {
  readonly start: number;
  readonly victims: readonly Outage[];
}

/** Draws that shocks need; a stream of the core has them all. */
export type ShockStream = RandomStream & {
  uniform(a: number, b: number): number;
  integer(a: number, b: number): number;
};

/** The hosts that shocks take: host i stands in rack ⌊i / hostsPerRack⌋. */
export interface ShockedCentre {
  readonly racks: number;
  readonly hostsPerRack: number;
}

/**
 * The shocks of one kind up to `horizon`, each group's in the order in which they strike. With `takes: rack` every rack
 * has a process and streams of its own, so that more racks change no shock of the others.
 *
 * @param stream a stream for each purpose, by its name
 */
export const shocksOf = (
  spec: ShockSpec,
  { racks, hostsPerRack }: ShockedCentre,
  horizon: number,
  stream: (name: string) => ShockStream,
): readonly Shock[] => {
  const process = (name: string, group: (stream: ShockStream) => readonly number[]): Shock[] => {
    const victims = stream(`${name}: victims`);
    return strikes(spec.strikes, horizon, stream(`${name}: strikes`)).map((start) => ({
      start,
      victims: hit(spec, group(victims), start, victims),
    }));
  };
  const hosts = Array.from({ length: racks * hostsPerRack }, (_, host) => host);
  const { takes } = spec;
  switch (takes.kind) {
    case "all":
      return process("all", () => hosts);
    case "hosts":
      return process("hosts", () => takes.hosts);
    case "random":
      return process("random", (draws) => sample(hosts, takes.count, draws));
    case "rack":
      return Array.from({ length: racks }, (_, rack) =>
        process(`rack ${rack}`, () => hosts.slice(rack * hostsPerRack, (rack + 1) * hostsPerRack)),
      ).flat();
  }
};

const strikes = (times: ShockTimes, horizon: number, stream: ShockStream): number[] => {
  if (times.kind === "times") return times.times.filter((at) => at < horizon).toSorted((a, b) => a - b);
  const found: number[] = [];
  const life = lifetime(times.time);
  let at = times.age === "stationary" ? life.residual(stream) : life.sample(stream);
  for (; at < horizon; at += life.sample(stream)) found.push(at);
  return found;
};

const hit = (
  { probability, within, repair, permanent }: ShockSpec,
  group: readonly number[],
  shock: number,
  stream: ShockStream,
): Outage[] =>
  group.flatMap((component) => {
    if (stream.next() >= probability) return [];
    const start = within === 0 ? shock : shock + stream.uniform(0, within);
    const end = start + sampleLaw(repair, stream);
    return [{ component, start, end, permanent: stream.next() < permanent }];
  });

/** `count` of the hosts, without replacement (Fisher and Yates), in the order of their index. */
const sample = (hosts: readonly number[], count: number, stream: ShockStream): number[] => {
  const order = [...hosts];
  for (let i = 0; i < count; i++) {
    const j = stream.integer(i, order.length - 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order.slice(0, count).sort((a, b) => a - b);
};
