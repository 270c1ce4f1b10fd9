import { createSocket } from "node:dgram";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { groupOf, Seal } from "../../real/agent/multicast/datagram.ts";
import { MulticastOffers } from "../../real/agent/multicast/offers.ts";
import { takeMulticast } from "../../real/agent/multicast/take.ts";
import { Streams } from "../../sim/index.ts";

const folder = mkdtempSync(join(tmpdir(), "multicast-"));
const test = suite("files from one agent to many at once");
test.after(() => rmSync(folder, { recursive: true, force: true }));
const token = "0123456789abcdef".repeat(2);
const address = "127.0.0.1";
const soon = 20_000;
const pace = { joinMilliseconds: 2000, bytesPerSecond: 50_000_000 };
const draws = new Streams(3).get("multicast");

const bytesOf = (length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = draws.integer(0, 255);
  return bytes;
};
const newFolder = (): string => mkdtempSync(join(folder, "agent-"));
const losing = (probability: number) => (): boolean => draws.uniform(0, 1) < probability;
const sequenceSeal = new Seal(token);

const here = newFolder();
const offers = new MulticastOffers(here);
const names = ["empty", "small", "odd", "large"];
const contents = new Map([0, 1, 8193, 1_500_001].map((length, i) => [names[i]!, bytesOf(length)]));
for (const [name, bytes] of contents) writeFileSync(join(here, name), bytes);

const offered = (milliseconds = soon): Promise<number> =>
  offers.offer({ address, token, pieces: names, milliseconds }).then(({ port }) => port);
/** It may fail before it is awaited. */
const handled = <T>(task: Promise<T>): Promise<T> => {
  task.catch(() => {});
  return task;
};
const take = (into: string, port: number, isLost?: () => boolean, of = token) =>
  handled(takeMulticast(into, { address, source: address, port, token: of, names, milliseconds: soon }, isLost));
const reasonOf = (task: Promise<unknown>): Promise<string> =>
  task.then(
    () => assert.unreachable("it must fail"),
    (error) => error.message,
  ) as Promise<string>;

const isThere = (into: string): void => {
  for (const [name, bytes] of contents) {
    assert.ok(readFileSync(join(into, name)).equals(bytes), name);
    assert.is(statSync(join(into, name)).mode & 0o777, 0o600);
  }
  assert.equal(readdirSync(into).sort(), [...names].sort());
};

test("sends each byte once when nothing is lost", async () => {
  const port = await offered();
  const folders = [newFolder(), newFolder(), newFolder()];
  const taking = folders.map((into) => take(into, port));
  const given = await offers.give({ port, members: 3, ...pace });
  assert.is(given.bytes, 1_508_195);
  assert.is(given.sentBytes - given.repairedBytes, given.bytes);
  assert.is(given.datagrams * 8160 >= given.bytes, true);
  assert.equal(
    given.receivers.map(({ taken }) => taken),
    [true, true, true],
  );
  for (const [i, taken] of taking.entries()) {
    assert.is((await taken).foreign, 0);
    isThere(folders[i]!);
  }
});

test("repairs what each receiver has lost", async () => {
  const port = await offered();
  const folders = [newFolder(), newFolder()];
  const taking = [take(folders[0]!, port, losing(0.3)), take(folders[1]!, port, losing(0.05))];
  const given = await offers.give({ port, members: 2, ...pace });
  const [much, little] = (await Promise.all(taking)).map(({ lost }) => lost) as [number, number];
  assert.ok(much > little && little >= 0, `${much} and ${little} lost`);
  assert.ok(given.rounds >= 2, `${given.rounds} rounds`);
  assert.ok(given.repairedBytes > 0 && given.repairedBytes < given.bytes, `${given.repairedBytes} repaired`);
  for (const into of folders) isThere(into);
});

test("lets a host join when the source has begun", async () => {
  const port = await offered();
  const [early, late] = [newFolder(), newFolder()];
  let latecomer: Promise<unknown> | undefined;
  let count = 0;
  const first = take(early, port, () => {
    if (++count === 20) latecomer = take(late, port);
    return false;
  });
  const given = await offers.give({ port, members: 1, joinMilliseconds: 2000, bytesPerSecond: 4_000_000 });
  await Promise.all([first, latecomer]);
  assert.is(given.receivers.length, 2);
  assert.ok(given.repairedBytes >= 140_000, `${given.repairedBytes} repaired`);
  isThere(early);
  isThere(late);
});

test("goes on without a receiver that ends in the middle, or to which nothing comes", async () => {
  const port = await offered();
  const [well, dying, deaf] = [newFolder(), newFolder(), newFolder()];
  const taking = take(well, port);
  const asked = { address, source: address, port, token, names, milliseconds: 100 };
  const dies = reasonOf(takeMulticast(dying, asked));
  const hears = reasonOf(take(deaf, port, () => true));
  const given = await offers.give({ port, members: 3, joinMilliseconds: 2000, bytesPerSecond: 4_000_000 });
  await taking;
  isThere(well);
  assert.match(await hears, /the source ended the transfer/);
  assert.match(await dies, /it took more than 0.1 s/);
  assert.equal(given.receivers.filter(({ taken }) => taken).length, 1);
  assert.match(given.receivers.map(({ reason }) => reason).join("; "), /do not come to it/);
  for (const into of [dying, deaf]) assert.equal(readdirSync(into), []);
});

test("ignores what strangers send, replays, and what was altered", async () => {
  const port = await offered();
  const into = newFolder();
  const stranger = createSocket("udp4");
  const group = groupOf(token);
  const taking = take(into, port);
  const noise = setInterval(() => {
    stranger.send(Buffer.alloc(3), port, group);
    stranger.send(bytesOf(500), port, group);
    stranger.send(
      new Seal(token.replace("0", "1")).close({ sequence: 9, block: 0, content: bytesOf(8160) }),
      port,
      group,
    );
    // As if it had been recorded and sent again.
    stranger.send(sequenceSeal.close({ sequence: 1, block: 3, content: bytesOf(8160) }), port, group);
  }, 5);
  stranger.bind(0, address, () => stranger.setMulticastInterface(address));
  const given = await offers
    .give({ port, members: 1, joinMilliseconds: 2000, bytesPerSecond: 4_000_000 })
    .finally(() => clearInterval(noise));
  stranger.close();
  const { foreign, duplicates } = await taking;
  assert.ok(foreign > 10, `${foreign} foreign`);
  assert.ok(duplicates > 3, `${duplicates} duplicates`);
  assert.ok(given.receivers[0]!.taken);
  isThere(into);
});

test("opens no datagram of which a bit is another", () => {
  const sealed = Buffer.concat(sequenceSeal.close({ sequence: 5, block: 7, content: Buffer.from("content") }));
  assert.equal(sequenceSeal.open(sealed), { sequence: 5, block: 7, content: Buffer.from("content") });
  for (let byte = 0; byte < sealed.length; byte++) {
    const other = Buffer.from(sealed);
    other[byte]! ^= 1;
    assert.is(sequenceSeal.open(other), undefined);
  }
});

test("gives nothing to who does not know the token, nor takes it from one", async () => {
  const port = await offered();
  const stranger = newFolder();
  assert.match(
    await reasonOf(take(stranger, port, undefined, token.replace("0", "1"))),
    /ended the transfer|ECONNRESET/,
  );
  assert.equal(readdirSync(stranger), []);
  for (const said of ["\n{}\n", "x".repeat(2_000_000), '{"ready":true}\n'])
    await new Promise<void>((resolve) => {
      const socket = connect({ host: address, port }, () => void socket.write(said));
      socket.on("error", () => {});
      socket.on("close", () => resolve());
      socket.resume();
    });
  assert.is(
    await reasonOf(offers.give({ port, members: 1, joinMilliseconds: 50, bytesPerSecond: 1e6 })),
    "nobody has joined",
  );
  assert.match(await reasonOf(offers.give({ port, members: 1, ...pace })), /no such offer/);
});

test("ends when its time is over, and leaves no drafts", async () => {
  const port = await offered(600);
  const into = newFolder();
  const taking = reasonOf(take(into, port));
  assert.match(
    await reasonOf(offers.give({ port, members: 1, joinMilliseconds: 500, bytesPerSecond: 2 ** 16 })),
    /no receiver is left/,
  );
  assert.match(await taking, /ended the transfer/);
  assert.equal(readdirSync(into), []);
  assert.not(existsSync(join(into, "large.draft")));
});

test("sends ranges of files, which arrive as files", async () => {
  const pieces = [{ name: "large", offset: 100_000, bytes: 20_000 }, "small"];
  const { port } = await offers.offer({ address, token, pieces, milliseconds: soon });
  const into = newFolder();
  const asked = { address, source: address, port, token, names: ["part", "all"], milliseconds: soon };
  const taking = takeMulticast(into, asked);
  await offers.give({ port, members: 1, ...pace });
  await taking;
  assert.ok(readFileSync(join(into, "part")).equals(contents.get("large")!.subarray(100_000, 120_000)));
  assert.ok(readFileSync(join(into, "all")).equals(contents.get("small")!));
  const beyond = [{ name: "small", offset: 0, bytes: 2 }];
  assert.is(
    await reasonOf(offers.offer({ address, token, pieces: beyond, milliseconds: soon })),
    "small ends at 1, before 2",
  );
});

test.run();
