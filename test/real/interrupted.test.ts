// needs: qemu-system-x86, qemu-utils, build-essential, iproute2
// limit: 200s
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Testbed } from "../../real/hosts/testbed.ts";
import { readInventory } from "../../real/inventory/read-inventory.ts";
import { whatIsLeft } from "../../real/ownership/end-made.ts";
import { hostFolder } from "../../real/ownership/private-folder.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { testImage } from "./guest-image.ts";

const cli = fileURLToPath(new URL("../../cli.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "interrupted-"));
const inventory = join(folder, "four.yaml");
const name = `i${process.pid.toString(36)}`;
writeFileSync(
  inventory,
  `name: ${name}\ndriver: namespace\nsubnet: 10.78.11.0/24\nrate: 1Gbit/s\nhosts: { h1: , h2: , h3: , h4: }\n`,
);
const hosts = ["h1", "h2", "h3", "h4"];
const test = suite("a command that is interrupted");
test.after(async () => {
  const testbed = await Testbed.take(readInventory(diskFiles, inventory, "/"));
  await testbed.end();
  await testbed.close();
  rmSync(folder, { recursive: true, force: true });
});

const possible = async () =>
  process.getuid?.() !== 0 || ["ip", "tc", "qemu-img"].some((one) => findCommand(one) === undefined)
    ? undefined
    : testImage();
const namespaces = (): string[] =>
  existsSync("/run/netns") ? readdirSync("/run/netns").filter((one) => one.startsWith(`snapback.${name}.`)) : [];

for (const [what, words, when] of [
  ["in the middle of a run", ["replay", "replayed", "--testbed", inventory], /running for/],
  ["while its guests boot", ["cut", inventory], /guests are emulated|KVM/],
] as const)
  test(
    `leaves nothing behind ${what}`,
    skipUnless(possible, "needs root, Debian, QEMU and a C compiler", async () => {
      const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), cli, ...words], { cwd: folder });
      let said = "";
      await new Promise<void>((resolve, reject) => {
        child.stderr.on("data", (chunk: Buffer) => {
          said += chunk;
          if (when.test(said)) resolve();
        });
        child.on("close", () => reject(new Error(`it ended before it was interrupted: ${said}`)));
      });
      assert.is(namespaces().length, 5, "four hosts and the switch between them");
      child.kill("SIGINT");
      const [code, signal] = await once(child, "close");
      assert.is(signal, null);
      assert.is.not(code, 0);
      assert.match(said, new RegExp(`interrupted: nothing of ${name} was left behind`));
      assert.equal(namespaces(), []);
      for (const host of hosts) {
        assert.equal(whatIsLeft(hostFolder(name, host)).processes, []);
        assert.not(existsSync(hostFolder(name, host)), host);
      }
    }),
  );

test.run();
