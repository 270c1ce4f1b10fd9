import { capGroups, pageGroups } from "../../models/transfer/page-groups.ts";
import type { RollbackPlan } from "../../models/transfer/rollback-plan.ts";
import { type SentToMany, sendByChain, sendByMulticast, type ToMany } from "../hosts/one-to-many.ts";
import type { RealHost } from "./real-host.ts";
import type { RealPart } from "./real-snapshot.ts";

/** What a network card carries beside what is paced: acknowledgements and words of receivers. */
const pacedPart = 0.98;

/** A part of a snapshot, and the host that is to have its files. */
export interface Wanted {
  readonly part: RealPart;
  readonly host: RealHost;
}

/** How files come to several hosts at once. */
export interface Together {
  /** Groups of hosts, at most. */
  readonly groups: number;
  readonly send: (errand: ToMany) => Promise<SentToMany>;
}

/**
 * How a rollback sends what several hosts want; undefined: to each by itself.
 *
 * @param nic bytes per second
 */
export const togetherBy = ({ transfer, multicast }: RollbackPlan, nic: number): Together | undefined => {
  if (transfer === "multicast")
    return { groups: multicast.groups, send: (errand) => sendByMulticast(errand, nic * pacedPart) };
  return transfer === "chain" ? { groups: Number.POSITIVE_INFINITY, send: sendByChain } : undefined;
};

/** Files for the same hosts, two or more. */
export interface SharedFiles {
  readonly names: readonly string[];
  /** By rising number. */
  readonly hosts: readonly number[];
  /** Names of the VMs that want one of them. */
  readonly vms: readonly string[];
}

interface SharingOptions {
  /** Groups of hosts, at most. */
  readonly groups: number;
  /** What a restore of a part reads. */
  readonly filesOf: (part: RealPart) => readonly string[];
  /** Bytes. */
  readonly sizeOf: (name: string) => number;
}

/** Which files two hosts or more want that do not have them, by the rules by which the model groups pages. */
export const sharedFiles = (
  wanted: readonly Wanted[],
  { groups: most, filesOf, sizeOf }: SharingOptions,
): SharedFiles[] => {
  const wanting = new Map<string, number[]>();
  for (const [i, { part }] of wanted.entries())
    for (const name of new Set(filesOf(part))) wanting.set(name, [...(wanting.get(name) ?? []), i]);
  const names = [...wanting.keys()];
  const contents = names.map((name) => {
    const wantedBy = wanting.get(name)!;
    const holders = wantedBy.map((i) => wanted[i]!.host).filter(({ files }) => files.has(name));
    return { bytes: sizeOf(name), wantedBy, heldBy: holders.map(({ index }) => index) };
  });
  const groups = pageGroups(
    contents,
    wanted.map(({ host }) => host.index),
  );
  return (Number.isFinite(most) ? capGroups(groups, most) : groups)
    .filter(({ hosts }) => hosts.length > 1)
    .map(({ contents: which, hosts }) => {
      const wanting = which.flatMap((i) => contents[i]!.wantedBy.map((w) => wanted[w]!));
      const vms = wanting.filter(({ host }) => hosts.includes(host.index)).map(({ part }) => part.vm.name);
      return { names: which.map((i) => names[i]!), hosts, vms: [...new Set(vms)] };
    });
};
