import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { openLazily, untilItRuns } from "../capture/lazy-restore.ts";
import { PageFeed } from "../capture/page-feed.ts";
import { PageRecord } from "../capture/page-record.ts";
import { VersionPages } from "../capture/version-pages.ts";
import { withQemu } from "./guests.ts";
import { awaitConnection } from "./one-connection.ts";
import type { Arguments, Result } from "./protocol.ts";

const mostFeeds = 64;

/** Lets a QEMU read pages from the one connection that shows the token; either end of it ends with the other. */
export const takePages = async (
  files: string,
  { qmp, address, token, milliseconds }: Arguments<"takePages">,
): Promise<Result<"takePages">> => {
  const qemu = await withQemu(join(files, qmp), (client) => openLazily(client, join(files, `${qmp}.incoming`)));
  const late = setTimeout(() => qemu.destroy(), milliseconds);
  qemu.on("error", () => qemu.destroy());
  qemu.on("close", () => clearTimeout(late));
  const port = await awaitConnection(address, token, milliseconds, (socket) => {
    socket.setNoDelay(true);
    qemu.on("close", () => socket.destroy());
    socket.on("close", () => qemu.destroy());
    if (qemu.destroyed) socket.destroy();
    socket.pipe(qemu);
    qemu.pipe(socket);
  });
  return { port };
};

/** Waits until a QEMU lets its guest run that reads such pages. */
export const untilGuestRuns = (files: string, { qmp, milliseconds }: Arguments<"runs">): Promise<void> =>
  withQemu(join(files, qmp), (client) => untilItRuns(client, milliseconds));

/** Pages that an agent gives to guests that run, here or on other hosts: each ends with its connection. */
export class PageFeeds {
  readonly #files: string;
  readonly #feeds = new Map<string, PageFeed>();

  constructor(files: string) {
    this.#files = files;
  }

  async offer({
    address,
    port,
    token,
    records,
    first,
    bytesPerSecond,
    milliseconds,
  }: Arguments<"offerPages">): Promise<Result<"offerPages">> {
    if (this.#feeds.size >= mostFeeds) throw new Error(`more than ${mostFeeds} guests that are given pages at once`);
    if (this.#feeds.has(token)) throw new Error("a token that is used already");
    const pages = new VersionPages(records.map((name) => PageRecord.open(join(this.#files, name))));
    const socket = connect({ host: address, port });
    const late = setTimeout(() => socket.destroy(new Error("its time is over")), milliseconds);
    socket.on("close", () => {
      clearTimeout(late);
      this.#feeds.delete(token);
      pages.close();
    });
    socket.setNoDelay(true);
    const feed = new PageFeed(pages, socket, { background: bytesPerSecond ?? Number.POSITIVE_INFINITY });
    this.#feeds.set(token, feed);
    try {
      await once(socket, "connect");
      socket.write(token);
      return { bytes: await feed.prepare(first), whole: pages.bytes };
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  async give({ token }: Arguments<"givePages">): Promise<Result<"givePages">> {
    const feed = this.#feed(token);
    try {
      const { touched, ...fed } = await feed.run();
      return { ...fed, touched: [...touched] };
    } finally {
      this.#feeds.delete(token);
      feed.end();
    }
  }

  hurry(token: string): Record<string, never> {
    this.#feeds.get(token)?.hurry();
    return {};
  }

  #feed(token: string): PageFeed {
    const feed = this.#feeds.get(token);
    if (feed === undefined) throw new Error("no pages are offered under this token, or their connection has ended");
    return feed;
  }
}
