// limit: 240s
// needs: iproute2, nftables, openssh-server
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { testbed } from "../../real/commands/testbed.ts";
import type { TestbedAction } from "../../real/commands/testbed-actions.ts";
import { controlPath } from "../../real/hosts/ssh-driver.ts";
import { Testbed } from "../../real/hosts/testbed.ts";
import { readInventory } from "../../real/inventory/read-inventory.ts";
import { whatIsLeft } from "../../real/ownership/end-made.ts";
import { controllerFolder, makePrivately, storeFolder, testbedFolder } from "../../real/ownership/private-folder.ts";
import { isAlive, type ProcessId, processWith } from "../../real/ownership/processes.ts";
import { manifestName } from "../../real/store/point-manifest.ts";
import { CommandError } from "../../scenarios/commands/command-line.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { nodeArgs, snapbackArgs } from "../runner/command.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { capturedLine } from "../scenarios/captured-line.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "testbed-"));
const children: ChildProcess[] = [];
/** Names that no other run of this file has at the same time. */
const unique = process.pid.toString(36);
const [outer, inner] = [`t${unique}`, `u${unique}`];
const outerFile = join(folder, "outer.yaml");
writeFileSync(
  outerFile,
  `name: ${outer}\ndriver: namespace\nsubnet: 10.78.0.0/24\nrate: 200Mbit/s\nhosts: { h1: , h2: { address: 10.78.0.9 } }\n`,
);

const namespaces = (): string[] =>
  existsSync("/run/netns") ? readdirSync("/run/netns").filter((name) => name.includes(`.${outer}.`)) : [];
const inNamespace = (host: string): string[] => [`--net=/run/netns/snapback.${outer}.${host}`];

type Ran = { readonly out: string; readonly status: number | null };
const snapback = (args: readonly string[], host?: string): Ran => {
  const node = [process.execPath, ...snapbackArgs("testbed", ...args)];
  const [program = "", ...rest] = host === undefined ? node : ["nsenter", ...inNamespace(host), ...node];
  const { stdout, stderr, status } = spawnSync(program, rest, { cwd: root, encoding: "utf8", timeout: 60_000 });
  return { out: stdout + stderr, status };
};

/** What the command prints and fails with, without starting a program for it. */
const tried = async (action: TestbedAction, file: string, keepPoints = false): Promise<string> => {
  const { line, out } = capturedLine(root);
  try {
    await testbed(line, { action, inventory: file, install: false, retire: false, rebuild: false, keepPoints });
    return out();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return `${out()}failed: ${error.message}\n`;
  }
};
const well = async (action: TestbedAction, file: string, keepPoints = false): Promise<string> => {
  const out = await tried(action, file, keepPoints);
  assert.not.match(out, /^failed: /m);
  return out;
};

/** Starts a controller that holds the testbed, and tells it and the processes that it started on hosts. */
const hold = async (file: string, host?: string): Promise<{ controller: ChildProcess; processes: ProcessId[] }> => {
  const node = [process.execPath, ...nodeArgs("test/real/hold-testbed.ts", file)];
  const [program = "", ...rest] = host === undefined ? node : ["nsenter", ...inNamespace(host), ...node];
  const controller = spawn(program, rest, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  children.push(controller);
  const [line] = await once(controller.stdout, "data");
  return { controller, processes: (JSON.parse(String(line)) as number[]).map((pid) => processWith(pid)!) };
};
const kill = async (controller: ChildProcess): Promise<void> => {
  controller.kill("SIGKILL");
  await once(controller, "exit");
};
/** Agents are recorded before anything that they start; what they started is left out. */
const killAgents = (): void => {
  for (const { pid } of whatIsLeft(controllerFolder(outer)).processes)
    if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("sleep")) process.kill(pid, "SIGKILL");
};

const linksHere = (): string =>
  execFileSync("ip", ["-o", "link"], { encoding: "utf8" }).replace(/^(\d+: [^:]+).*$/gm, "$1");
const nothingIsLeft = (name: string): void => {
  assert.equal(namespaces(), []);
  assert.not(existsSync(testbedFolder(name)));
};

const canMake = (): boolean =>
  process.getuid?.() === 0 && findCommand("ip") !== undefined && findCommand("tc") !== undefined;
const reason = "needs root and iproute2";

const bed = suite("a testbed");
bed.after(async () => {
  for (const child of children) child.kill("SIGKILL");
  if (canMake()) for (const file of [outerFile]) await (await Testbed.take(readInventory(diskFiles, file, "/"))).end();
  rmSync(folder, { recursive: true, force: true });
});

bed(
  "of namespaces is made with its addresses and rates, examined, and ended without a trace",
  skipUnless(canMake, reason, async () => {
    const before = linksHere();
    assert.match(await well("status", outerFile), /: down$/m);
    assert.match(await well("up", outerFile), /is up: h1 10\.78\.0\.1, h2 10\.78\.0\.9/);
    assert.is(namespaces().length, 3);
    assert.is(linksHere(), before);
    for (const [where, device] of [
      ["h1", "uplink"],
      ["_switch", "h1"],
    ] as const) {
      const queues = execFileSync("tc", ["-n", `snapback.${outer}.${where}`, "qdisc", "show", "dev", device], {
        encoding: "utf8",
      });
      assert.match(queues, /tbf .*rate 200Mbit/);
    }
    assert.match(await well("status", outerFile), /: up\nh1: free, 0 processes\nh2: free, 0 processes/);

    const out = await tried("doctor", outerFile);
    assert.match(out, new RegExp(`^h1 {2}Node ${process.versions.node}, Linux `, "m"));
    for (const [, speed] of out.matchAll(/network to h\d ([\d.]+) MB\/s/g)) assert.ok(Number(speed) < 27, out);
    assert.match(out, /disk [\d.]+ MB\/s, network to h2/, out);
    if (findCommand("qemu-system-x86_64") === undefined) assert.match(out, /mend: apt-get install qemu-system-x86/);
    else assert.match(out, /TCG boots in \d+ ms/);

    await well("down", outerFile);
    nothingIsLeft(outer);
    assert.match(await well("down", outerFile), /0 processes and 0 namespaces/);
  }),
);

bed(
  "is ended and made anew after controller and agents were killed, and a bystander is spared",
  skipUnless(canMake, reason, async () => {
    const bystander = spawn("sleep", ["1000"]);
    children.push(bystander);
    await well("up", outerFile);
    const first = await hold(outerFile);
    assert.match(await tried("down", outerFile), /is in use by process \d+/);
    assert.match(await well("status", outerFile), /in use by process \d+/);
    assert.ok(first.processes.every(isAlive));
    killAgents();
    await kill(first.controller);
    // Without their agents they go on, until the next command looks.
    assert.ok(first.processes.every(isAlive));
    assert.match(await well("status", outerFile), /with 2 processes that nobody uses/);
    await well("up", outerFile);
    assert.not(first.processes.some(isAlive));
    assert.is(namespaces().length, 3);

    const second = await hold(outerFile);
    await kill(second.controller);
    await well("down", outerFile);
    assert.not(second.processes.some(isAlive));
    assert.ok(isAlive(processWith(bystander.pid!)!));
    nothingIsLeft(outer);
  }),
);

bed(
  "keeps restore points until it is ended for good",
  skipUnless(canMake, reason, async () => {
    for (const host of ["h1", "h2"]) {
      const store = makePrivately(storeFolder(outer, host));
      writeFileSync(join(store, manifestName({ run: "0".repeat(12), number: 1 })), "", { mode: 0o600 });
      writeFileSync(join(store, "0".repeat(64)), "content", { mode: 0o600 });
    }
    await well("up", outerFile);
    assert.not(/restore points/.test(await well("down", outerFile, true)));
    assert.ok(existsSync(storeFolder(outer, "h1")));
    assert.match(await well("down", outerFile), /^1 restore points were let go$/m);
    nothingIsLeft(outer);
    assert.not(/restore points/.test(await well("down", outerFile)));
  }),
);

bed(
  "takes no namespace for its own that it has no record of",
  skipUnless(canMake, reason, async () => {
    const name = `snapback.${outer}.h2`;
    execFileSync("ip", ["netns", "add", name]);
    try {
      assert.match(await tried("up", outerFile), /no record says that snapback made it.*ip netns delete/);
      await well("down", outerFile);
      assert.equal(namespaces(), [name]);
    } finally {
      execFileSync("ip", ["netns", "delete", name]);
    }
  }),
);

const sshdPath = (): string | undefined => findCommand("sshd") ?? ["/usr/sbin/sshd"].find(existsSync);
const key = (path: string): string => {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path]);
  return readFileSync(`${path}.pub`, "utf8");
};

bed(
  "of machines behind OpenSSH is reached with the user's configuration, and cleaned up after a crash",
  skipUnless(
    () => (canMake() ? sshdPath() : undefined),
    `${reason}, openssh-server`,
    async (sshd) => {
      mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
      const machines = await Testbed.take(readInventory(diskFiles, outerFile, "/"));
      await machines.make();
      try {
        const [hostKey, userKey] = [key(join(folder, "host-key")), key(join(folder, "user-key"))];
        writeFileSync(join(folder, "authorized"), userKey, { mode: 0o600 });
        writeFileSync(join(folder, "known"), `10.78.0.9 ${hostKey}`);
        const config = join(folder, "sshd-config");
        const path = `${dirname(process.execPath)}:/usr/sbin:/usr/bin:/sbin:/bin`;
        const lines = [
          ...[`HostKey ${folder}/host-key`, `AuthorizedKeysFile ${folder}/authorized`, "PidFile none", "UsePAM no"],
          ...["StrictModes no", "PermitRootLogin prohibit-password", `SetEnv PATH=${path}`],
        ];
        writeFileSync(config, `${lines.join("\n")}\n`);
        for (const host of ["h1", "h2"]) {
          const agent = await machines.agent(host, "own");
          await agent.ask("spawn", { name: "sshd", command: [sshd, "-D", "-e", "-f", config] }, 5000);
          const log = async (): Promise<string> =>
            Buffer.from(
              (await agent.ask("readFile", { name: "sshd.log", offset: 0, bytes: 4096 }, 5000)).data,
              "base64",
            ).toString();
          for (let tries = 0; !(await log()).includes("Server listening"); tries++) {
            assert.ok(tries < 200, await log());
            await sleep(50);
          }
        }
        writeFileSync(
          join(folder, "ssh-config"),
          `Host *\n  IdentityFile ${folder}/user-key\n  UserKnownHostsFile ${folder}/known\n  StrictHostKeyChecking no\n  RemoteCommand false\nHost first\n  HostName 10.78.0.1\n`,
        );
        const file = join(folder, "inner.yaml");
        writeFileSync(
          file,
          `name: ${inner}\ndriver: ssh\nconfig: ssh-config\nhosts: { a: { destination: first }, b: { destination: 10.78.0.9, user: root } }\n`,
        );

        // A key that is not known is refused, whatever the configuration says; the other host is examined all the same.
        const refused = snapback(["doctor", file], "h1");
        assert.is(refused.status, 1);
        assert.match(refused.out, /^a\n {2}! .*host key.*\n {4}mend: ssh first true/im, refused.out);
        assert.match(refused.out, /^b {2}Node/m);
        writeFileSync(join(folder, "known"), `10.78.0.1,10.78.0.9 ${hostKey}`);
        const examined = snapback(["doctor", file], "h1").out;
        assert.match(examined, /network to b [\d.]+ MB\/s/, examined);
        assert.match(examined, /network to a [\d.]+ MB\/s/, examined);

        const held = await hold(file, "h1");
        const control = controlPath(controllerFolder(inner), "b");
        assert.is(spawnSync("ssh", ["-S", control, "-O", "check", "b"]).status, 0);
        await kill(held.controller);
        const ended = snapback(["down", file], "h1");
        assert.is(ended.status, 0, ended.out);
        assert.not(held.processes.some(isAlive));
        assert.not(existsSync(testbedFolder(inner)));
      } finally {
        await machines.end();
        await machines.close();
      }
      nothingIsLeft(outer);
    },
  ),
);

bed("that is not known is refused, and actions are those that help lists", async () => {
  assert.match(await tried("up", "two-namespace"), /did you mean two-namespaces\?/);
  assert.match(snapback(["upp", "two-namespaces"]).out, /action/);
  assert.match(snapback(["--help"]).out, /testbed doctor two-namespaces/);
});

bed.run();
