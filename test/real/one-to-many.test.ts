// needs: iproute2
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { namespaceOf } from "../../real/hosts/namespaces.ts";
import { type Party, type SentToMany, sendByChain, sendByMulticast } from "../../real/hosts/one-to-many.ts";
import { hostFolder } from "../../real/ownership/private-folder.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { NamespaceHosts } from "./namespace-hosts.ts";

const test = suite("files from one host to many");
const hosts = new NamespaceHosts("o", "10.78.19.0/24", 4);
test.after(() => hosts.end());

const second = 1000;
const bytes = 16 * 2 ** 20;
const content = randomBytes(bytes);
/** Most that headers add: those of datagrams and packets, and words of receivers. */
const withHeaders = 1.08;
/** Of 1 Gbit/s. */
const linkRate = 122_000_000;

const filesOf = (host: string): string => join(hostFolder(hosts.name, host), "files");
const inNamespace = (host: string, ...command: string[]): string =>
  execFileSync("ip", ["netns", "exec", namespaceOf(hosts.name, host), ...command], { encoding: "utf8" });
const sentBy = (host: string): number => Number(inNamespace(host, "cat", "/sys/class/net/uplink/statistics/tx_bytes"));
const receivedBy = (host: string): number =>
  Number(inNamespace(host, "cat", "/sys/class/net/uplink/statistics/rx_bytes"));

const parties = async (): Promise<[Party, Party, Party, Party]> => {
  const agents = await hosts.agents();
  return agents.map((agent, i) => ({ agent, address: hosts.inventory.hosts[i]!.address })) as never;
};
/** A file on the first host, and an errand for it to the others. */
const errand = async (name: string) => {
  const [from, ...to] = await parties();
  writeFileSync(join(filesOf("h1"), name), content, { mode: 0o600 });
  return { names: [name], from, to, milliseconds: 60 * second };
};
const onNamespaces = (handler: () => Promise<void>) =>
  skipUnless(
    () => process.getuid?.() === 0 && findCommand("ip") && findCommand("tc"),
    "needs root and iproute2",
    handler,
  );

const has = (host: string, name: string): boolean => {
  const path = join(filesOf(host), name);
  return existsSync(path) && readFileSync(path).equals(content);
};
const noDrafts = (): void => {
  for (const host of ["h1", "h2", "h3", "h4"])
    assert.not(readdirSync(filesOf(host)).some((name) => name.endsWith(".draft")));
};
const within = (measured: number, told: number, what: string): void =>
  assert.ok(measured >= told && measured <= told * withHeaders, `${what}: ${measured} bytes of ${told}`);
/** What two kinds of counters say meanwhile. */
const counted = async (task: () => Promise<SentToMany>) => {
  const names = ["h1", "h2", "h3", "h4"];
  const before = names.map((host) => [sentBy(host), receivedBy(host)] as const);
  const told = await task();
  const [sent, received] = [sentBy, receivedBy].map((count, i) => names.map((host, h) => count(host) - before[h]![i]!));
  return { told, sent: sent!, received: received! };
};

test(
  "go once from the source and once into each receiver by multicast",
  onNamespaces(async () => {
    const given = await errand("m");
    const { told, sent, received } = await counted(() => sendByMulticast(given, linkRate));
    assert.equal(told.failures, [undefined, undefined, undefined]);
    assert.is(told.bytes, bytes);
    within(sent[0]!, told.sourceBytes, "the source sent");
    assert.ok(told.sourceBytes < 1.5 * bytes, `${told.sourceBytes} sent`);
    assert.is(told.linkBytes, 4 * told.sourceBytes);
    for (const host of [1, 2, 3]) {
      within(received[host]!, told.sourceBytes, `host ${host} received`);
      assert.ok(sent[host]! < bytes / 20, `host ${host} said ${sent[host]} bytes`);
      assert.ok(has(`h${host + 1}`, "m"));
    }
    noDrafts();
  }),
);

test(
  "go once over each link by a chain",
  onNamespaces(async () => {
    const given = await errand("c");
    const { told, sent, received } = await counted(() => sendByChain(given));
    assert.equal(told.failures, [undefined, undefined, undefined]);
    assert.equal([told.bytes, told.sourceBytes, told.linkBytes], [bytes, bytes, 6 * bytes]);
    for (const host of [0, 1, 2]) within(sent[host]!, bytes, `host ${host} sent`);
    for (const host of [1, 2, 3]) within(received[host]!, bytes, `host ${host} received`);
    assert.ok(sent[3]! < bytes / 20, `the last host sent ${sent[3]}`);
    for (const host of ["h2", "h3", "h4"]) assert.ok(has(host, "c"));
    noDrafts();
  }),
);

test(
  "come whole where a link drops what is too fast for it",
  onNamespaces(async () => {
    const given = await errand("l");
    const port = (...queue: string[]): string =>
      execFileSync(
        "tc",
        ["-n", namespaceOf(hosts.name, "_switch"), "qdisc", "replace", "dev", "h3", "root", ...queue],
        { encoding: "utf8" },
      );
    port("tbf", "rate", "80mbit", "burst", "20kb", "limit", "40kb");
    try {
      const { told, sent } = await counted(() => sendByMulticast(given, linkRate));
      assert.equal(told.failures, [undefined, undefined, undefined]);
      assert.ok(told.sourceBytes > bytes, `${told.sourceBytes} sent of ${bytes}`);
      within(sent[0]!, told.sourceBytes, "the source sent");
    } finally {
      port("tbf", "rate", "1gbit", "burst", "500kb", "latency", "50ms");
    }
    for (const host of ["h2", "h3", "h4"]) assert.ok(has(host, "l"));
    noDrafts();
  }),
);

for (const [way, send] of [
  ["multicast", (given: Awaited<ReturnType<typeof errand>>) => sendByMulticast(given, 8_000_000)],
  ["a chain", sendByChain],
] as const)
  test(
    `come by ${way} to the others when one receiver is cut off in the middle`,
    onNamespaces(async () => {
      const name = `d${way.length}`;
      const given = await errand(name);
      const [, victim] = given.to as [Party, Party, Party];
      const link = (up: boolean) => victim.agent.ask("link", { device: "uplink", up }, 5 * second);
      // Slow enough that there is a middle.
      const port = ["-n", namespaceOf(hosts.name, "h1"), "qdisc", "replace", "dev", "uplink", "root", "tbf"];
      execFileSync("tc", [...port, "rate", "64mbit", "burst", "64kb", "latency", "50ms"]);
      try {
        const sending = send(given);
        await sleep(700);
        await link(false);
        const { failures } = await sending;
        if (way === "multicast") {
          assert.equal(
            failures.map((one) => one === undefined),
            [true, false, true],
          );
          assert.ok(has("h2", name) && has("h4", name));
        } else {
          // Those behind it get nothing more, either.
          assert.equal(
            failures.map((one) => one === undefined),
            [true, false, false],
          );
          assert.ok(has("h2", name));
        }
        assert.not(has("h3", name));
      } finally {
        await link(true);
        execFileSync("tc", [...port, "rate", "1gbit", "burst", "500kb", "latency", "50ms"]);
      }
    }),
  );

test.run();
