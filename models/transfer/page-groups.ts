import type { SharedContent } from "../placement/bytes-moved.ts";

/** Pages that the same hosts get: sent once to all of them together. */
export interface PageGroup {
  readonly bytes: number;
  /** By rising number; never none. */
  readonly hosts: readonly number[];
  /** Which contents they are. */
  readonly contents: readonly number[];
}

/**
 * Which hosts want which pages: those that run a VM that wants them and do not hold them already. VMs of one host share
 * what they have in common there, and pages that the same hosts want are one group.
 *
 * @param places the host of each VM
 * @throws RangeError if nobody wants a content
 */
export const pageGroups = (contents: readonly SharedContent[], places: readonly number[]): PageGroup[] => {
  const groups = new Map<string, { bytes: number; readonly hosts: readonly number[]; readonly contents: number[] }>();
  for (const [content, { bytes, wantedBy, heldBy }] of contents.entries()) {
    if (wantedBy.length === 0) throw new RangeError(`page groups: content ${content} has no receivers: no VM wants it`);
    const held = new Set(heldBy);
    const wanting = new Set(wantedBy.map((vm) => places[vm]!).filter((host) => !held.has(host)));
    if (wanting.size === 0 || bytes === 0) continue;
    const hosts = [...wanting].sort((one, other) => one - other);
    const group = groups.get(hosts.join()) ?? { bytes: 0, hosts, contents: [] };
    group.bytes += bytes;
    group.contents.push(content);
    groups.set(hosts.join(), group);
  }
  return [...groups.values()];
};

/**
 * At most `most` groups of two hosts or more; pages for one host are sent to it alone and need no group. The two groups
 * whose union brings fewest bytes to hosts that do not want them become one, which sends both to the hosts of either,
 * again and again: a greedy choice, so fewer bytes may be possible.
 *
 * @throws RangeError unless `most` is a whole number from 1 on
 */
export const capGroups = (groups: readonly PageGroup[], most: number): PageGroup[] => {
  if (!(Number.isSafeInteger(most) && most >= 1))
    throw new RangeError(`multicast groups: must be a whole number of at least 1, not ${most}`);
  const alone = groups.filter(({ hosts }) => hosts.length === 1);
  const left: (PageGroup | undefined)[] = groups.filter(({ hosts }) => hosts.length > 1);
  const nearest = left.map((_, i) => nearestTo(left, i));
  for (let count = left.length; count > most; count--) {
    let one = -1;
    for (const [i, near] of nearest.entries())
      if (left[i] !== undefined && (one < 0 || near.waste < nearest[one]!.waste)) one = i;
    const { other } = nearest[one]!;
    left[one] = union(left[one]!, left[other]!);
    left[other] = undefined;
    for (const [i, near] of nearest.entries()) {
      if (left[i] === undefined) continue;
      if (i === one || near.other === one || near.other === other) nearest[i] = nearestTo(left, i);
      else if (wasteOf(left[i]!, left[one]!) < near.waste)
        nearest[i] = { other: one, waste: wasteOf(left[i]!, left[one]!) };
    }
  }
  return [...left.filter((group) => group !== undefined), ...alone];
};

interface Nearest {
  readonly other: number;
  readonly waste: number;
}

/** The group with which another wastes least. */
const nearestTo = (groups: readonly (PageGroup | undefined)[], at: number): Nearest => {
  let best: Nearest = { other: -1, waste: Number.POSITIVE_INFINITY };
  for (const [other, group] of groups.entries()) {
    if (other === at || group === undefined) continue;
    const waste = wasteOf(groups[at]!, group);
    if (waste < best.waste) best = { other, waste };
  }
  return best;
};

/** Bytes that a union of two groups would bring to hosts that do not want them. */
const wasteOf = (one: PageGroup, other: PageGroup): number => {
  const size = union(one, other).hosts.length;
  return one.bytes * (size - one.hosts.length) + other.bytes * (size - other.hosts.length);
};

const union = (one: PageGroup, other: PageGroup): PageGroup => ({
  bytes: one.bytes + other.bytes,
  hosts: [...new Set([...one.hosts, ...other.hosts])].sort((a, b) => a - b),
  contents: [...one.contents, ...other.contents],
});
