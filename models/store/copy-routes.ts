import type { Host } from "../data-centre/data-centre.ts";
import type { RouteBuilder } from "../data-centre/route.ts";
import type { CopiedTable } from "../guest/memory.ts";
import type { Copies } from "./copies.ts";

/** Hosts on which a byte of this class is written, with the part of it. */
const writtenTo = ({ targets }: Copies, pageClass: number): { readonly host: Host; readonly share: number }[] =>
  [...targets].flatMap(([host, shares]) => (shares[pageClass]! > 0 ? [{ host, share: shares[pageClass]! }] : []));

/**
 * Sends a byte of a class from its source to the hosts of its copies; the source reads it once, and keeps its own. A group's
 * source sends each byte to every sum it is in, though less is written there.
 */
export const addWrite = (route: RouteBuilder, copies: Copies, pageClass: number, source: Host): void => {
  const { sent, stored } = copies.table.classes[pageClass]!;
  const hosts = writtenTo(copies, pageClass);
  if (hosts.length > 0) route.read(source);
  for (const { host, share } of hosts) route.send(source, host, (sent / stored) * share).write(host, share);
};

/**
 * Merges a byte of a class into the base. Each copy reads and writes it where it lies. With a code the data fragments share
 * it among them; pages that change lie anywhere, so each parity fragment gets the difference of every one of them and is
 * read and written for it: 1 + `parity` bytes for each, on fragments that all stand for both kinds. In a group the
 * difference goes from the host that captured it to every sum.
 */
export const addMerge = (route: RouteBuilder, copies: Copies, pageClass: number, own: Host | undefined): void => {
  const { fragments, needed, own: isGroup } = copies.table.classes[pageClass]!;
  const hosts = writtenTo(copies, pageClass);
  const total = hosts.reduce((sum, { share }) => sum + share, 0);
  const parity = isGroup ? fragments + 1 - needed : fragments - needed;
  const rewritten = needed === 1 ? total : isGroup ? parity : 1 + parity;
  for (const { host, share } of hosts) {
    const part = (rewritten * share) / total;
    route.read(host, part).write(host, part);
  }
  if (needed === 1) return;
  for (const { host, share } of hosts) {
    const part = (parity * share) / total;
    if (isGroup && own !== undefined) route.send(own, host, part);
    else {
      const others = hosts.filter((one) => one.host !== host);
      for (const other of others) route.send(other.host, host, (part * other.share) / (total - share));
    }
  }
};

/** What is sent to a host for these parts of each class to be written there. */
export const sentFor = ({ classes }: CopiedTable, written: Float64Array): Float64Array =>
  written.map((share, c) => (share === 0 ? 0 : (classes[c]!.sent / classes[c]!.stored) * share));
