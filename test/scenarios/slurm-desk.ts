import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * A cluster of Slurm on this machine: a controller and nodes that are processes of this machine, on loopback, with their own
 * keys, ports and folders. Nothing of the system's is touched, and only processes that it started are ended.
 */
export class SlurmDesk {
  readonly folder = mkdtempSync(join(tmpdir(), "snapback-slurm-"));
  readonly #conf = join(this.folder, "slurm.conf");
  readonly #socket = join(this.folder, "munge", "socket");
  readonly #children: ChildProcess[] = [];
  readonly #nodes = new Map<string, ChildProcess>();

  /** Whether this machine can have one: its programs are there, and the right to be several users. */
  static get isPossible(): boolean {
    const isThere = (name: string): boolean => ["/usr/sbin", "/usr/bin"].some((at) => existsSync(join(at, name)));
    return userInfo().uid === 0 && ["slurmctld", "slurmd", "munged", "setpriv"].every(isThere);
  }

  /** What commands of Slurm need to find it. */
  get env(): { readonly [name: string]: string } {
    return { SLURM_CONF: this.#conf };
  }

  /** Starts it with nodes of these names, each with one processor. */
  async start(nodes: readonly string[]): Promise<void> {
    await this.#startMunge();
    const [port, ...ports] = await freePorts(nodes.length + 1);
    const host = hostname().split(".")[0];
    const spool = (name: string): string => join(this.folder, name);
    writeFileSync(
      this.#conf,
      [
        "ClusterName=snapback",
        `SlurmctldHost=${host}(127.0.0.1)`,
        `SlurmctldPort=${port}`,
        "SlurmUser=root",
        "SlurmdUser=root",
        "AuthType=auth/munge",
        `AuthInfo=socket=${this.#socket},cred_expire=5`,
        "CryptoType=crypto/munge",
        `StateSaveLocation=${spool("state")}`,
        `SlurmdSpoolDir=${spool("spool-%n")}`,
        `SlurmctldPidFile=${spool("slurmctld.pid")}`,
        `SlurmdPidFile=${spool("slurmd-%n.pid")}`,
        "ProctrackType=proctrack/linuxproc",
        "TaskPlugin=task/none",
        "JobAcctGatherType=jobacct_gather/none",
        "AccountingStorageType=accounting_storage/none",
        "MpiDefault=none",
        "ReturnToService=2",
        "SelectType=select/cons_tres",
        "SelectTypeParameters=CR_CPU",
        "SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=1,bf_interval=1",
        "SlurmdTimeout=5",
        "KillWait=1",
        "MaxArraySize=5",
        ...nodes.map(
          (node, i) => `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[i]} CPUs=1 State=UNKNOWN`,
        ),
        `PartitionName=all Nodes=${nodes.join(",")} Default=YES MaxTime=INFINITE State=UP`,
        "",
      ].join("\n"),
    );
    mkdirSync(spool("state"));
    this.#spawn("slurmctld", ["-D", "-f", this.#conf]);
    for (const node of nodes) this.startNode(node);
    await this.#until(
      () =>
        this.#ask("sinfo", "--noheader", "--Node", "--format=%N %t")
          .split("\n")
          .filter((one) => / idle/.test(one)).length === nodes.length,
      "its nodes to be idle",
    );
  }

  startNode(node: string): void {
    mkdirSync(join(this.folder, `spool-${node}`), { recursive: true });
    this.#nodes.set(node, this.#spawn("slurmd", ["-D", "-f", this.#conf, "-N", node]));
  }

  /** Kills a node with all that runs on it, as a power cut does. */
  killNode(node: string): void {
    kill(this.#nodes.get(node)!.pid!);
    for (const pid of this.#tasks(node)) kill(pid);
  }

  /** Names of tasks that run, and on which node. */
  get running(): string[] {
    return this.#ask("squeue", "--noheader", "--states=running", "--format=%N")
      .split("\n")
      .filter((one) => one !== "");
  }

  async stop(): Promise<void> {
    this.#ask("scancel", "--user=root");
    await sleep(500);
    for (const node of this.#nodes.keys()) for (const pid of this.#tasks(node)) kill(pid);
    const alive = this.#children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    await Promise.all(
      alive.map(async (child) => {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        kill(child.pid!, "SIGTERM");
        if ((await Promise.race([ended, sleep(3000, "late")])) === "late") kill(child.pid!);
      }),
    );
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Processes of a node's tasks, with those that keep them, which are nobody's children. */
  #tasks(node: string): number[] {
    const own = [`SLURM_CONF=${this.#conf}`, `SLURMD_NODENAME=${node}`];
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        const environment = ofProcess(pid, "environ").split("\0");
        if (!own.every((one) => environment.includes(one))) return [];
        const [, parent] = /^PPid:\s*(\d+)/m.exec(ofProcess(pid, "status")) ?? [];
        const keeper =
          parent !== undefined && ofProcess(parent, "comm").startsWith("slurmstepd") ? [Number(parent)] : [];
        return [...keeper, Number(pid)];
      });
  }

  async #startMunge(): Promise<void> {
    const place = join(this.folder, "munge");
    mkdirSync(place);
    const user = spawnSync("id", ["-u", "munge"], { encoding: "utf8" }).stdout.trim();
    const key = join(place, "key");
    writeFileSync(key, randomBytes(128));
    chmodSync(key, 0o600);
    chmodSync(place, 0o711);
    chmodSync(this.folder, 0o755);
    for (const one of [key, place]) chownSync(one, Number(user), -1);
    this.#spawn("setpriv", [
      `--reuid=${user}`,
      "--clear-groups",
      "munged",
      "--foreground",
      "--force",
      `--key-file=${key}`,
      `--socket=${this.#socket}`,
      `--pid-file=${join(place, "pid")}`,
      `--log-file=${join(place, "log")}`,
      `--seed-file=${join(place, "seed")}`,
    ]);
    await this.#until(() => spawnSync("munge", ["-n", "--socket", this.#socket], { env: path }).status === 0, "munged");
  }

  #ask(command: string, ...words: string[]): string {
    return spawnSync(command, words, { encoding: "utf8", env: { ...path, ...this.env } }).stdout ?? "";
  }

  #spawn(command: string, words: readonly string[]): ChildProcess {
    const child = spawn(command, [...words], { stdio: "ignore", env: { ...path, ...this.env } });
    this.#children.push(child);
    return child;
  }

  async #until(isSo: () => boolean, what: string): Promise<void> {
    for (let i = 0; i < 150; i++) {
      if (isSo()) return;
      await sleep(200);
    }
    throw new Error(`waited 30 s in vain for ${what}`);
  }
}

/** Daemons lie where users need not look. */
const path = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };

/** A file of a process in /proc; nothing when it has ended. */
const ofProcess = (pid: string, name: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
};

/** Ports that are free now. */
const freePorts = async (count: number): Promise<number[]> => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
};

const kill = (pid: number, signal: NodeJS.Signals = "SIGKILL"): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
};
