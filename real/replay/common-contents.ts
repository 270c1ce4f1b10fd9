import { createHash } from "node:crypto";
import { hashBytes } from "../capture/page-record.ts";

/** Bytes of an entry: the hash of a content, and the group that it deserves. */
const entryBytes = hashBytes + 1;
/** What fewer pages have in common is left in the packs of each: a file of its own costs more. */
const leastPages = 16;
/** The largest ones; a record refers to so many more at most. */
const mostPacks = 24;

/** Contents that several VMs have, and the pack that they are in. */
export interface CommonPack {
  /** By its contents: the same ones are in a pack of the same name. */
  readonly name: string;
  /** Of its contents, 16 bytes each. */
  readonly hashes: Buffer;
  /** The copy group that it is stored as. */
  readonly group: number;
}

/** A pack, and the numbers of the lists that refer to it, rising. */
export interface ReferredPack {
  readonly pack: CommonPack;
  readonly users: readonly number[];
}

/**
 * What is stored once for several VMs.
 *
 * @param lists of the contents that each VM adds: entries of a hash (16 bytes) and its group (a byte)
 * @param known packs of earlier versions: one of which at least half is wanted, and as well stored, is referred to again
 */
export const commonContents = (lists: readonly Buffer[], known: readonly CommonPack[]): ReferredPack[] => {
  const wanted = new Map<string, { group: number; readonly users: number[] }>();
  for (const [user, list] of lists.entries())
    for (let at = 0; at + entryBytes <= list.length; at += entryBytes) {
      const key = list.toString("latin1", at, at + hashBytes);
      const group = list[at + hashBytes]!;
      const content = wanted.get(key) ?? { group, users: [] };
      content.group = Math.min(content.group, group);
      content.users.push(user);
      wanted.set(key, content);
    }
  const again = known.flatMap((pack) => referredAgain(pack, wanted)).slice(0, mostPacks);
  const alike = new Map<
    string,
    { readonly keys: string[]; readonly group: number; readonly users: readonly number[] }
  >();
  for (const [key, { group, users }] of wanted) {
    if (users.length < 2) continue;
    const id = `${group} ${users.join()}`;
    const same = alike.get(id) ?? { keys: [], group, users };
    same.keys.push(key);
    alike.set(id, same);
  }
  const fresh = [...alike.values()]
    .filter(({ keys }) => keys.length >= leastPages)
    .sort((one, other) => other.keys.length - one.keys.length)
    .slice(0, mostPacks)
    .map(({ keys, group, users }) => {
      const hashes = Buffer.from(keys.sort().join(""), "latin1");
      const name = `shared-${createHash("sha256").update(hashes).digest("hex").slice(0, 32)}.pack`;
      return { pack: { name, hashes, group }, users };
    });
  return [...again, ...fresh];
};

/** Takes what is in a known pack out of what is wanted. */
const referredAgain = (
  pack: CommonPack,
  wanted: Map<string, { readonly group: number; readonly users: readonly number[] }>,
): ReferredPack[] => {
  const used: string[] = [];
  const users = new Set<number>();
  for (let at = 0; at < pack.hashes.length; at += hashBytes) {
    const key = pack.hashes.toString("latin1", at, at + hashBytes);
    const content = wanted.get(key);
    if (content === undefined || content.group < pack.group) continue;
    used.push(key);
    for (const user of content.users) users.add(user);
  }
  if (2 * hashBytes * used.length < pack.hashes.length) return [];
  for (const key of used) wanted.delete(key);
  return [{ pack, users: [...users].sort((one, other) => one - other) }];
};
