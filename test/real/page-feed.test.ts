import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pageTypes } from "../../models/scenario.ts";
import { PageFeeds, takePages, untilGuestRuns } from "../../real/agent/lazy-pages.ts";
import { PageFeed } from "../../real/capture/page-feed.ts";
import { PageRecord } from "../../real/capture/page-record.ts";
import { recordStream } from "../../real/capture/record-stream.ts";
import { VersionPages } from "../../real/capture/version-pages.ts";
import { wayBack, withoutEnd } from "../../real/streams/post-copy-stream.ts";
import { withFakeQmp } from "./fake-qmp-server.ts";
import { madeStream } from "./made-stream.ts";
import { number, ReadingGuest } from "./reading-guest.ts";

const folder = mkdtempSync(join(tmpdir(), "page-feed-"));
const at = (name: string): string => join(folder, name);
const feeds = suite("pages for a guest that runs already");
feeds.after(() => rmSync(folder, { recursive: true, force: true }));

/** What ends a stream behind its devices: a byte of zero, and a description. */
const described = (devices: string): string => {
  const description = '{"devices":[]}';
  return `${devices}\0\x06${number(4, description.length).toString("latin1")}${description}`;
};

/** A version of a guest of 200 frames of which every fourth holds zeros, recorded upon one of which two pages were others. */
const version = async (name: string): Promise<VersionPages> => {
  const pages = (odd: number): [number, number][] =>
    Array.from({ length: 200 }, (_, frame) => [frame, frame % 4 === 0 ? 0 : frame + (frame < 3 ? odd : 0)]);
  const chain: PageRecord[] = [];
  for (const [i, odd] of [500, 0].entries()) {
    writeFileSync(at(`${name}${i}`), madeStream(200, pages(odd), described("\x04devices")));
    const packs = [{ name: `${name}${i}.pack`, types: pageTypes }];
    const base = chain.at(-1);
    await recordStream(at(`${name}${i}`), at(`${name}${i}.record`), { packs, ...(base === undefined ? {} : { base }) });
    chain.push(PageRecord.open(at(`${name}${i}.record`)));
  }
  return new VersionPages(chain);
};
const contentOf = (frame: number): Buffer =>
  frame % 4 === 0 ? Buffer.alloc(4096) : Buffer.alloc(4096, `page ${frame} `);

feeds("come once each: zeros and what is expected first, then what the guest touches, then the rest", async () => {
  const pages = await version("all");
  const guest = new ReadingGuest();
  const feed = new PageFeed(pages, guest, { background: 4096 * 10 });
  assert.is(pages.bytes, 150 * 4096);
  assert.is(await feed.prepare([7, 4, 151, 10_000]), 2 * 4096);
  assert.is(guest.pages.size, 52, "50 of zeros, and two that are not");
  const over = feed.run();
  await sleep(30);
  assert.is(guest.before, 52);
  assert.is(guest.devices, "\x08\0\x04\0\0\x04devices\x08\0\x05\0\0", "listen, devices, run");
  const [next] = [guest.order.length];
  // Some of it may have come already, or come before it is touched.
  for (const frame of [199, 7, 121]) guest.touch(frame);
  await sleep(100);
  assert.equal(guest.order.slice(next, next + 2), [199, 121]);
  assert.ok(guest.order.length < 200, "the rest comes at its pace");
  feed.hurry();
  const { bytes, misses, touched } = await over;
  assert.equal([bytes, misses, touched], [150 * 4096, 2, [199, 121]]);
  assert.ok(guest.isWhole);
  for (let frame = 0; frame < 200; frame++)
    assert.ok(guest.pages.get(frame)?.equals(contentOf(frame)), `content of frame ${frame}`);
  pages.close();
  assert.throws(() => pages.content(1), /read no more/);
});

feeds("end when their reader does, or says what QEMU never says", async () => {
  const pages = await version("broken");
  const failure = (feed: PageFeed): Promise<string> => feed.run().then(String, (error: Error) => error.message);
  const slow = { background: 1 };
  const gone = new ReadingGuest();
  const first = new PageFeed(pages, gone, slow);
  await first.prepare([]);
  setTimeout(() => gone.destroy(), 30);
  assert.match(await failure(first), /ended the stream before it was whole/);
  const wrong: [(guest: ReadingGuest) => void, RegExp][] = [
    [(guest) => guest.touch(200), /asks for 4096 bytes from 819200 of pc.ram, which the guest has not/],
    [(guest) => guest.push(Buffer.concat([number(2, 9), number(2, 0)])), /a message 9 of 0 bytes/],
    [(guest) => guest.push(Buffer.concat([number(2, 1), number(2, 4), number(4, 1)])), /before it was whole/],
  ];
  for (const [say, told] of wrong) {
    const guest = new ReadingGuest();
    guest.on("error", () => {});
    const feed = new PageFeed(pages, guest, slow);
    await feed.prepare([]);
    setTimeout(() => {
      say(guest);
      setTimeout(() => guest.push(null), 20);
    }, 20);
    assert.match(await failure(feed), told);
  }
  pages.close();
});

feeds("are read out of records that are whole, of streams that end as QEMU's do", async () => {
  const pages = await version("layout");
  const { machine, devices, at: offsets, others, ramSection } = pages.layout;
  assert.equal([machine, ramSection, others.length, offsets.length], ["", 2, 0, 200]);
  assert.is(withoutEnd(pages.literal(devices, pages.size)).toString("latin1"), "\x04devices");
  assert.throws(() => pages.literal(0, pages.size), /where a page should be/);
  assert.throws(() => withoutEnd(Buffer.from("devices without an end")), /does not end with a description/);
  const [, second] = [0, 1].map((i) => PageRecord.open(at(`layout${i}.record`)));
  assert.throws(() => new VersionPages([second!]), /which is missing/);
  assert.throws(() => new VersionPages([]), /no records/);
  pages.close();
});

feeds("are never given with another content than was captured", async () => {
  const pages = await version("spoilt");
  const packed = readFileSync(at("spoilt0.pack"));
  // The last page of the first version's pack is that of frame 199.
  packed[packed.length - 1]! ^= 1;
  writeFileSync(at("spoilt0.pack"), packed);
  assert.throws(() => pages.content(199), /spoilt0\.pack: its content of frame 199 .* was altered/);
  assert.ok(pages.content(1).equals(contentOf(1)));
  const feed = new PageFeed(pages, new ReadingGuest(), { background: Number.POSITIVE_INFINITY });
  await feed.prepare([]);
  assert.match(await feed.run().then(String, (error: Error) => error.message), /frame 199/);
  pages.close();
});

feeds("come from another agent, to whom the guest's tells a port, and end with either", async () => {
  (await version("away")).close();
  const guest = new ReadingGuest();
  const said: string[] = [];
  let qemu: Server | undefined;
  const token = "0123456789abcdef".repeat(2);
  const [address, milliseconds] = ["127.0.0.1", 20_000];
  const script: Parameters<typeof withFakeQmp>[0] = {
    answer: ({ execute, arguments: given, id }, { say }) => {
      said.push(execute);
      if (execute === "query-status") return say({ return: { status: "running", running: true }, id });
      if (execute !== "migrate-incoming") return say({ return: {}, id });
      qemu = createServer((socket) => void socket.pipe(guest).pipe(socket));
      qemu.listen(String(given["uri"]).replace(/^unix:/, ""), () => say({ return: {}, id }));
    },
  };
  await withFakeQmp(
    script,
    () => 0.99,
    async (path) => {
      const [files, qmp] = [dirname(path), basename(path)];
      const agents = new PageFeeds(folder);
      const offer = { records: ["away0.record", "away1.record"], first: [199], bytesPerSecond: 4096, milliseconds };
      const { port } = await takePages(files, { qmp, address, token, milliseconds });
      assert.equal(said, ["migrate-set-capabilities", "migrate-set-parameters", "migrate-incoming", "cont"]);
      assert.not(existsSync(join(files, "qmp.incoming")), "nobody else can connect to QEMU");
      assert.equal(await agents.offer({ address, port, token, ...offer }), { bytes: 4096, whole: 150 * 4096 });
      assert.is(guest.pages.size, 51);
      const over = agents.give({ token });
      await untilGuestRuns(files, { qmp, milliseconds });
      guest.touch(121);
      while (!guest.pages.has(121)) await sleep(10);
      agents.hurry(token);
      assert.equal(await over, { bytes: 150 * 4096, misses: 1, touched: [121] });
      assert.is(guest.pages.size, 200);
      assert.match(await agents.give({ token }).then(String, (error: Error) => error.message), /no pages are offered/);
      const nobody = agents.offer({ address, port, token, ...offer });
      assert.match(await nobody.then(String, (error: Error) => error.message), /ECONNREFUSED/);
    },
  );
  qemu?.close();
});

feeds("are asked for in pieces, however they come", () => {
  const heard: string[] = [];
  const hear = wayBack((said) => void heard.push(JSON.stringify(said)));
  const [start, bytes] = [number(8, 2 ** 33), number(4, 8192)];
  const named = Buffer.concat([number(2, 3), number(2, 19), start, bytes, Buffer.from("\x06pc.ram")]);
  const again = Buffer.concat([number(2, 4), number(2, 12), start, bytes]);
  for (const byte of Buffer.concat([named, again, number(2, 2), number(2, 4), number(4, 77)])) hear(Buffer.of(byte));
  const asked = { kind: "pages", block: "pc.ram", start: 2 ** 33, bytes: 8192 };
  assert.equal(
    heard.map((one) => JSON.parse(one)),
    [asked, asked, { kind: "pong", number: 77 }],
  );
  const unnamed = wayBack(() => {});
  assert.throws(() => unnamed(again), /a message 4/);
});

feeds.run();
