import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pageTypes } from "../../models/scenario.ts";
import { rebuildPart } from "../../real/store/rebuild-point.ts";
import { findPoints } from "../../real/store/restore-points.ts";
import { AgentHost, pointOf } from "./agent-host.ts";
import { madeStream } from "./made-stream.ts";

const second = 1000;
const address = "127.0.0.1";
const test = suite("a restore point whose controller and agents are gone");
const [here, there, other] = ["h1", "h2", "h3"].map((name) => new AgentHost(`r${process.pid.toString(36)}`, name)) as [
  AgentHost,
  AgentHost,
  AgentHost,
];
const hosts = [here, there, other];
test.before(async () => {
  for (const host of hosts) await host.start();
});
test.after(async () => {
  for (const host of hosts) await host.end();
});

test("is found and made again byte by byte, on a host that has none of it, from records that no host has all of", async () => {
  const streams = [
    madeStream(
      4,
      [
        [0, 1],
        [1, 2],
        [2, 0],
        [3, 3],
      ],
      "devices",
    ),
    madeStream(
      4,
      [
        [0, 1],
        [1, 7],
        [2, 5],
        [3, 3],
      ],
      "others",
    ),
  ];
  for (const [i, stream] of streams.entries()) {
    writeFileSync(join(here.files, `s${i}`), stream);
    const base = i === 0 ? null : `r${i - 1}`;
    const packs = [{ name: `p${i}`, types: [...pageTypes] }];
    await here.agent.ask("record", { stream: `s${i}`, name: `r${i}`, packs, base }, 20 * second);
  }
  const read = (name: string) => [name, readFileSync(join(here.files, name))] as const;
  const [records, packs] = [["r0", "r1"].map(read), ["p0", "p1"].map(read)];
  const point = pointOf(1, records, packs);
  // Each host holds one of the records, and the pack of the other.
  for (const [name, content] of [records[0]!, packs[1]!]) {
    await here.agent.ask("removeFile", { name }, 20 * second);
    writeFileSync(join(there.files, name), content);
  }
  await here.publish(point);
  await there.publish(point);
  for (const host of hosts) await host.kill();
  for (const host of hosts) await host.start();
  const agents = hosts.map(({ agent }) => agent);
  const found = (await findPoints(agents)).points[0]!;
  assert.ok(found.complete);
  const files = ["r0", "r1", "p0", "p1", "r1.stream"];
  for (const host of [other, here]) {
    assert.equal(await rebuildPart(found, point.parts[0]!, { agent: host.agent, address }), files);
    assert.ok(readFileSync(join(host.files, "r1.stream")).equals(streams[1]!));
    assert.equal(readdirSync(host.files).sort(), files.toSorted());
  }
  assert.equal(readdirSync(there.files), []);

  // Without its base it is none, and nothing of it stays.
  await there.agent.ask("retire", { name: found.name }, 20 * second);
  const rest = (await findPoints(agents)).points[0]!;
  assert.not(rest.complete);
  for (const name of readdirSync(here.files)) await here.agent.ask("removeFile", { name }, 20 * second);
  let failure = "";
  await rebuildPart(rest, point.parts[0]!, { agent: here.agent, address }).catch((error) => {
    failure = error.message;
  });
  assert.match(failure, /no host holds r0 as it was captured/);
  assert.equal(readdirSync(here.files), []);
});

test.run();
