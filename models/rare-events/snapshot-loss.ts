import type { Streams } from "../../sim/index.ts";
import { dataLoss } from "../analytic/data-loss.ts";
import { unreadable } from "../analytic/unreadable.ts";
import { type Age, type FailureSource, noFailures, type ShockSpec } from "../failures/failure-spec.ts";
import { storedBytes } from "../guest/memory.ts";
import { type Law, mean } from "../laws.ts";
import { type ClusterScenario, type PageType, pageTypes } from "../scenario.ts";
import { SimulatedDomain } from "../simulation/simulated-domain.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import type { Copies } from "../store/copies.ts";
import type { Redundancy } from "../store/redundancy.ts";
import { type LossSet, type LossShock, type LossSystem, never } from "./loss-system.ts";

/** The pages of one type, or the local disks of the VMs, as what can be lost of them. */
export interface TypeLoss {
  readonly type: PageType | "disk";
  readonly chunks: number;
  /** Whether a restore fails without them. */
  readonly fatal: boolean;
  readonly sets: readonly LossSet[];
}

/** What a cluster scenario says of the loss of its snapshots. */
export interface SnapshotLoss {
  /** All but the sets. */
  readonly system: Omit<LossSystem, "sets">;
  readonly types: readonly TypeLoss[];
  /** Part of the chunks that cannot be read at a random instant, because too many hosts or racks are away. */
  readonly blocked: number;
  /** The same of a single copy or fragment. */
  readonly fragmentAway: number;
  /** What was taken for something else. */
  readonly assumptions: readonly string[];
}

/** A scenario whose losses cannot be told from its laws. */
export class NoLossModel extends Error {
  override readonly name = "NoLossModel";
}

/**
 * Where the scenario places the copies of a snapshot, which hosts lose theirs for good and how fast they are replaced.
 * VMs stay where they begin; each one's own host holds all of its newest snapshot.
 *
 * @throws NoLossModel if something fails by a list or a trace, for which no law is known
 */
export const snapshotLoss = (scenario: ClusterScenario, streams: Streams): SnapshotLoss => {
  const { dataCentre, failures, storage } = scenario;
  for (const component of ["host", "disk", "rack"] as const) {
    const { kind } = failures[component];
    if (kind === "times" || kind === "trace")
      throw new NoLossModel(
        `failures.${component}: losses are estimated from laws, not from ${kind}; name a law, such as simedc`,
      );
  }
  if (storage.deduplication === "host" || storage.deduplication === "hosts")
    throw new NoLossModel(
      `storage.deduplication: what VMs have in common is not part of the loss model; write vm or none, not ${storage.deduplication}`,
    );
  const domain = new SimulatedDomain({ ...scenario, domains: 1, failures: noFailures }, streams);
  const { classes } = domain.memory;
  const hosts = dataCentre.racks * dataCentre.hostsPerRack;
  const found = new Map<TypeLoss["type"], LossSet[]>();
  const chunks = new Map<TypeLoss["type"], number>();
  const spread: { readonly redundancy: Redundancy; readonly perRack: readonly number[] }[] = [];
  let stored = 0;
  const count = (vm: SimulatedVm, copies: Copies, typeOf: (pageClass: number) => TypeLoss["type"]): void => {
    stored += copies.table.classes.reduce((sum, one, c) => sum + storedBytes(one) * copies.held[c]!, 0);
    for (const { pageClass, redundancy, hosts: holders } of copies.placed) {
      const type = typeOf(pageClass);
      const members = holders.map(({ index }) => index).sort((a, b) => a - b);
      const sets = found.get(type) ?? [];
      sets.push({ members, tolerates: redundancy.fragments - redundancy.needed, guard: vm.host!.index });
      found.set(type, sets);
      chunks.set(type, (chunks.get(type) ?? 0) + 1);
      const perRack = Array.from({ length: dataCentre.racks }, () => 0);
      for (const { rack } of holders) perRack[rack]! += 1;
      spread.push({ redundancy, perRack });
    }
  };
  const vms = domain.clusters.flatMap((cluster) => cluster.vms);
  for (const vm of vms)
    count(vm, domain.store.copiesFor(vm, vm.host!, true), (pageClass) => classes[pageClass]!.source.type);
  for (const vm of vms) {
    const disk = domain.disks?.copiesFor(vm, vm.host!);
    if (disk !== undefined) count(vm, disk, () => "disk");
  }
  const lives = livesOf(failures.host, failures.disk);
  const most = Math.max(1, ...classes.map(({ needed }) => needed));
  const { host } = dataCentre;
  const rate = Math.min(host.disk.write, host.disk.read, host.nic, storage.repairRate);
  const rebuilt = ((stored / hosts) * most) / (rate * Math.max(1, hosts - 1));
  return {
    system: {
      hosts,
      life: lives.law,
      age: lives.age,
      repair: { law: "exponential", mean: storage.repairDelay + rebuilt },
      repairs: "parallel",
      shocks: [...rackShocks(scenario), ...failures.shocks.flatMap((shock) => shockOf(shock, scenario))],
    },
    types: [...pageTypes, "disk" as const].flatMap((type) => {
      const sets = found.get(type);
      if (sets === undefined) return [];
      // Memory without the disk of the same cut is of no use.
      const fatal = type === "disk" || storage.types[type].onLoss === "fail";
      return [{ type, chunks: chunks.get(type)!, fatal, sets: distinct(sets) }];
    }),
    blocked: spread.length === 0 ? 0 : blockedPart(spread, away(failures.host), away(failures.rack)),
    fragmentAway: 1 - (1 - away(failures.host)) * (1 - away(failures.rack)),
    assumptions: [
      ...lives.assumptions,
      ...leftOut(scenario),
      "every lost copy is replaced after an exponential time, whose mean is the repair delay and what all other hosts together need to write what one held",
      "a VM's own host holds its newest snapshot until it is lost, too; VMs stay where they begin",
    ],
  };
};

/** What the scenario has and losses are estimated without. */
const leftOut = ({ domains, failures }: ClusterScenario): string[] => {
  const striking = [
    ...(failures.rack.kind === "law" && failures.rack.permanent > 0 ? [failures.rack.time] : []),
    ...failures.shocks.flatMap(({ strikes, permanent }) =>
      permanent > 0 && strikes.kind === "law" ? [strikes.time] : [],
    ),
  ];
  return [
    ...(striking.some(({ law }) => law !== "exponential")
      ? ["losses of racks and shocks are taken as exponential with the mean rate of their laws"]
      : []),
    ...(failures.latentErrors.kind === "none" ? [] : ["latent errors are left out: every copy that is there is good"]),
    ...(domains === 1 ? [] : [`the losses are those of one of the ${domains} domains`]),
  ];
};

/** Chunks that lie on the same hosts are lost together. */
const distinct = (sets: readonly LossSet[]): LossSet[] => [
  ...new Map(sets.map((set) => [`${set.members.join(" ")}/${set.tolerates}/${set.guard}`, set])).values(),
];

/** The law of losses for good of one host, by itself or by its disk. */
const livesOf = (
  host: FailureSource,
  disk: FailureSource,
): { readonly law: Law; readonly age: Age; readonly assumptions: readonly string[] } => {
  const sources = [host, disk].flatMap((source) =>
    source.kind === "law" && source.permanent > 0
      ? [{ law: source.time, rate: source.permanent / mean(source.time), ...source }]
      : [],
  );
  const [only] = sources;
  if (sources.length === 1 && only!.permanent === 1) return { law: only!.law, age: only!.age, assumptions: [] };
  const total = sources.reduce((sum, { rate }) => sum + rate, 0);
  const bent = sources.some(({ law }) => law.law !== "exponential");
  return {
    law: { law: "exponential", mean: total === 0 ? never : 1 / total },
    age: "new",
    assumptions: bent
      ? ["losses for good are taken as exponential with the mean rate of the laws of hosts and disks"]
      : [],
  };
};

const rackShocks = ({ failures: { rack }, dataCentre }: ClusterScenario): LossShock[] => {
  if (rack.kind !== "law" || rack.permanent === 0) return [];
  const rate = (dataCentre.racks * rack.permanent) / mean(rack.time);
  return [{ rate, takes: { groups: racksOf(dataCentre) }, probability: 1 }];
};

const shockOf = (
  { name, strikes, takes, probability, permanent }: ShockSpec,
  { dataCentre }: ClusterScenario,
): LossShock[] => {
  if (permanent === 0) return [];
  if (strikes.kind !== "law") throw new NoLossModel(`${name}: losses are estimated from laws, not from listed times`);
  const each = { rate: 1 / mean(strikes.time), probability: probability * permanent };
  const hosts = dataCentre.racks * dataCentre.hostsPerRack;
  switch (takes.kind) {
    case "all":
      return [{ ...each, takes: { groups: [Array.from({ length: hosts }, (_, i) => i)] } }];
    case "rack":
      return [{ ...each, rate: dataCentre.racks * each.rate, takes: { groups: racksOf(dataCentre) } }];
    case "hosts":
      return [{ ...each, takes: { groups: [takes.hosts] } }];
    case "random":
      return [{ ...each, takes: { count: takes.count } }];
  }
};

const racksOf = ({ racks, hostsPerRack }: ClusterScenario["dataCentre"]): number[][] =>
  Array.from({ length: racks }, (_, rack) => Array.from({ length: hostsPerRack }, (_, i) => rack * hostsPerRack + i));

/** Fraction of time for which such a component is away, in the long run. */
const away = (source: FailureSource): number => {
  if (source.kind !== "law") return 0;
  const [up, down] = [mean(source.time), mean(source.repair)];
  return down / (up + down);
};

const blockedPart = (
  spread: readonly { readonly redundancy: Redundancy; readonly perRack: readonly number[] }[],
  hostAway: number,
  rackAway: number,
): number => {
  const known = new Map<string, number>();
  const total = spread.reduce((sum, { redundancy: { needed }, perRack }) => {
    const key = `${needed}/${[...perRack].sort((a, b) => a - b).join(" ")}`;
    const part = known.get(key) ?? unreadable({ needed, perRack, hostAway, rackAway });
    known.set(key, part);
    return sum + part;
  }, 0);
  return total / spread.length;
};

/**
 * Rate of losses if no two sets shared a host, the sum over sets of one over the mean time to data loss of each; undefined
 * where a set is no plain k of n, something strikes several hosts at once, or a law is not exponential.
 */
export const lossRateOfSets = (system: LossSystem): number | undefined => {
  if (system.shocks.length > 0 || system.life.law !== "exponential" || system.repair.law !== "exponential")
    return undefined;
  let rate = 0;
  const known = new Map<string, number>();
  for (const { members, tolerates, guard } of system.sets) {
    // With copies the own host is one more of them; to a code it is another thing.
    if (guard !== undefined && tolerates !== members.length - 1) return undefined;
    const blocks = members.length + (guard === undefined ? 0 : 1);
    const bears = guard === undefined ? tolerates : blocks - 1;
    const key = `${blocks} ${bears}`;
    const own =
      known.get(key) ??
      1 /
        dataLoss({ blocks, tolerates: bears, mttf: system.life.mean, repair: system.repair.mean, repairs: "parallel" })
          .mean;
    known.set(key, own);
    rate += own;
  }
  return rate;
};
