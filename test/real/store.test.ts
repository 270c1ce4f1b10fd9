import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { manifestName, manifestText, type PointManifest, parseManifest } from "../../real/store/point-manifest.ts";
import { findPoints } from "../../real/store/restore-points.ts";
import { Streams } from "../../sim/index.ts";
import { AgentHost, digestOf, pointOf } from "./agent-host.ts";

const testbed = `s${process.pid.toString(36)}`;
const second = 1000;

const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => assert.unreachable("it must fail"),
    (error) => error.message,
  ) as Promise<string>;

const manifests = suite("the manifest of a restore point");

manifests("is read as it was written, and refused when a byte of it is another", () => {
  const text = manifestText(pointOf(3, [["r0", Buffer.from("a")]]));
  assert.equal(parseManifest(text, "m"), pointOf(3, [["r0", Buffer.from("a")]]));
  const draws = new Streams(2).get("bytes");
  for (let i = 0; i < 300; i++) {
    const bytes = Buffer.from(text);
    bytes[draws.integer(0, bytes.length - 1)]! ^= 1 << draws.integer(0, 6);
    assert.throws(() => parseManifest(bytes.toString("latin1"), "m"), /^Error: m: |m: .*no manifest/);
    assert.throws(() => parseManifest(text.slice(0, draws.integer(0, text.length - 1)), "m"), /no manifest/);
  }
  const bare = pointOf(3, [["r0", Buffer.from("a")]]);
  for (const wrong of [
    { ...bare, files: [] },
    { ...bare, files: [...bare.files, ...bare.files] },
    { ...bare, run: "../../../etc" },
    { ...bare, files: [{ ...bare.files[0]!, digest: "../secret" }] },
  ])
    assert.throws(() => parseManifest(manifestText(wrong as PointManifest), "m"), /no manifest/);
});

manifests.run();

const one = suite("restore points on a host");
const host = new AgentHost(testbed, "one");
one.before(() => host.start());
one.after(() => host.end());
const write = (name: string, content: Buffer): void => writeFileSync(join(host.files, name), content, { mode: 0o600 });
const publish = (manifest: PointManifest): Promise<void> => host.publish(manifest);

one("outlive the agent, are verified, and are put back; what nobody needs goes with the last that did", async () => {
  const [full, first, next] = ["full", "first", "second"].map((text) => Buffer.from(`the ${text} record`)) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  for (const [name, content] of [
    ["f", full],
    ["a", first],
    ["b", next],
  ] as const)
    write(name, content);
  const [older, newer] = [
    pointOf(1, [
      ["f", full],
      ["a", first],
    ]),
    pointOf(2, [
      ["f", full],
      ["b", next],
    ]),
  ];
  await publish(older);
  await publish(newer);
  // What a death before a manifest was there has left.
  for (const name of ["0".repeat(64), `${"1".repeat(64)}.draft`, "0123456789ab-9.point.draft"])
    writeFileSync(join(host.store, name), full);
  await host.kill();
  await host.start();
  assert.equal(
    readdirSync(host.store).sort(),
    [manifestName(older), manifestName(newer), ...[full, first, next].map(digestOf)].sort(),
  );
  assert.equal(readdirSync(host.files), []);
  const { points, faults } = await findPoints([host.agent]);
  assert.equal(faults, []);
  assert.equal(
    points.map(({ manifest, complete, wrong }) => ({ manifest, complete, wrong })),
    [
      { manifest: older, complete: true, wrong: 0 },
      { manifest: newer, complete: true, wrong: 0 },
    ],
  );
  // The base of both stays with the one that is left.
  await host.agent.ask("retire", { name: manifestName(older) }, 20 * second);
  assert.equal(readdirSync(host.store).sort(), [manifestName(newer), digestOf(full), digestOf(next)].sort());
  await host.agent.ask("putBack", { digest: digestOf(full), name: "back" }, 20 * second);
  assert.ok(readFileSync(join(host.files, "back")).equals(full));
  assert.match(
    await failure(host.agent.ask("putBack", { digest: digestOf(next), name: "back" }, 20 * second)),
    /EEXIST/,
  );
  // A copy that went wrong is found, and one that is published again takes its place.
  const spoilt = Buffer.from(full);
  spoilt[0]! ^= 1;
  writeFileSync(join(host.store, digestOf(full)), spoilt);
  const [found] = (await findPoints([host.agent])).points;
  assert.equal([found!.complete, found!.wrong], [false, 1]);
  rmSync(join(host.files, "back"));
  write("f", full);
  await publish(newer);
  assert.ok((await findPoints([host.agent])).points[0]!.complete);
  await host.agent.ask("retire", { name: manifestName(newer) }, 20 * second);
  assert.not(existsSync(host.store));
});

one("are not published with another content or nothing at all; an altered manifest lets nothing go", async () => {
  const content = Buffer.from("a record");
  assert.match(await failure(publish(pointOf(3, [["gone", content]]))), /nothing of .* lies here/);
  write("r", Buffer.from("another"));
  assert.match(await failure(publish(pointOf(3, [["r", content]]))), /r: its content is another/);
  assert.not(existsSync(host.store));
  write("r", content);
  await publish(pointOf(3, [["r", content]]));
  await publish(pointOf(4, [["r", content]]));
  const name = manifestName(pointOf(3, []));
  const text = readFileSync(join(host.store, name), "utf8");
  writeFileSync(join(host.store, name), text.replace("vm 0", "vm 1"));
  await host.agent.ask("retire", { name: manifestName(pointOf(4, [])) }, 20 * second);
  assert.ok(existsSync(join(host.store, digestOf(content))));
  const { points, faults } = await findPoints([host.agent]);
  assert.equal(points, []);
  assert.match(faults.join(), /one: .*-3\.point: its seal is another/);
  await publish(pointOf(3, [["r", content]]));
  assert.ok((await findPoints([host.agent])).points[0]!.complete);
  await host.agent.ask("retire", { name }, 20 * second);
  assert.not(existsSync(host.store));
});

one.run();
