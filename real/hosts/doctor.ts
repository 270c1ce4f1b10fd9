import { randomBytes } from "node:crypto";
import type { AgentClient } from "../agent/client.ts";
import { installCommand, type Program, packagesOf } from "../agent/programs.ts";
import type { Result } from "../agent/protocol.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { TestbedError } from "../testbed-error.ts";
import { roomFindings } from "./room.ts";
import type { Testbed } from "./testbed.ts";

/** Something about a host: `missing` keeps the testbed from its work, `odd` makes it slower or other than expected. */
export type Finding = { readonly grade: "missing" | "odd"; readonly what: string; readonly mend?: string };

/** What a host turned out to be; what could not be measured is undefined, and a finding says why. */
export type Diagnosis = {
  readonly host: string;
  readonly facts?: Result<"facts">;
  readonly qemu?: Result<"qemu">;
  /** Milliseconds in which a guest of one instruction boots and ends. */
  readonly accelerators: { readonly kvm?: number; readonly tcg?: number };
  readonly diskBytesPerSecond?: number;
  readonly network: readonly { readonly to: string; readonly bytesPerSecond: number }[];
  readonly findings: readonly Finding[];
};

const quick = 10_000;
const slow = 60_000;
const diskBytes = 64 * 2 ** 20;
const networkMilliseconds = 500;
/** How far from the rate of the inventory a measured one may be: headers take 5 %, a noisy machine more. */
const plausible = { from: 0.8, to: 1.1 };

/** What mends a connection that could not be made, by what OpenSSH and shells say. */
const mending: readonly (readonly [RegExp, (destination: string) => string])[] = [
  [/host key/i, (destination) => `ssh ${destination} true, once by hand, after checking its key`],
  [/permission denied/i, (destination) => `ssh-copy-id ${destination}`],
  [
    /\bnode\b.*(not found|no such file)/i,
    () => "install Node 20.19 or newer where sessions without a terminal find it",
  ],
  [/too old/, () => "install Node 20.19 or newer where sessions without a terminal find it"],
];

const destinationOf = (inventory: Inventory, name: string): string => {
  const host = inventory.driver === "ssh" ? inventory.hosts.find((each) => each.name === name) : undefined;
  if (host === undefined) return name;
  const port = host.port === undefined ? "" : `-p ${host.port} `;
  return `${port}${host.user === undefined ? "" : `${host.user}@`}${host.destination}`;
};

const missingPrograms = ({ missing, debian }: Result<"facts">): Finding[] => {
  // Only who counts traffic needs it.
  const needed = missing.filter((one) => one !== "nft");
  const mend = (programs: readonly Program[]): string =>
    debian === null ? "install them with this system's packages" : installCommand(packagesOf(programs));
  return [
    ...(needed.length === 0
      ? []
      : [{ grade: "missing", what: `${needed.join(", ")} missing`, mend: mend(needed) } as const]),
    ...(needed.length === missing.length
      ? []
      : [{ grade: "odd", what: "nft missing: no rollback.placement: traffic-aware", mend: mend(["nft"]) } as const]),
  ];
};

const deviceFindings = (facts: Result<"facts">): Finding[] => [
  ...(facts.tun
    ? []
    : [{ grade: "missing", what: "no /dev/net/tun for the network of guests", mend: "modprobe tun" } as const]),
  ...(facts.root ? [] : [{ grade: "odd", what: "not root: no taps, no namespaces, no rates of links" } as const]),
];

class Examination {
  readonly #agent: AgentClient;
  readonly findings: Finding[] = [];

  constructor(agent: AgentClient) {
    this.#agent = agent;
  }

  /** The answer, or undefined and a finding. */
  async ask<T>(what: string, task: (agent: AgentClient) => Promise<T>): Promise<T | undefined> {
    try {
      return await task(this.#agent);
    } catch (error) {
      if (!(error instanceof TestbedError)) throw error;
      this.findings.push({ grade: "missing", what: `${what}: ${error.message.replace(`${this.#agent.host}: `, "")}` });
      return undefined;
    }
  }
}

const accelerators = async (it: Examination, facts: Result<"facts">): Promise<Diagnosis["accelerators"]> => {
  const boot = (accelerator: "kvm" | "tcg") =>
    it.ask(accelerator, (agent) => agent.ask("accelerator", { accelerator }, slow));
  const tcg = await boot("tcg");
  if (tcg?.reason) it.findings.push({ grade: "missing", what: `no guest boots, even without KVM: ${tcg.reason}` });
  const kvm = facts.kvm === "usable" ? await boot("kvm") : undefined;
  if (facts.kvm === "absent") it.findings.push({ grade: "odd", what: "no /dev/kvm: guests are emulated (TCG)" });
  if (facts.kvm === "forbidden")
    it.findings.push({
      grade: "odd",
      what: "/dev/kvm is not for this user: guests are emulated (TCG)",
      mend: 'adduser "$USER" kvm',
    });
  if (kvm?.reason)
    it.findings.push({
      grade: "odd",
      what: `/dev/kvm is there and no guest boots by it, so guests are emulated (TCG): ${kvm.reason}`,
    });
  return {
    ...(typeof kvm?.milliseconds === "number" ? { kvm: kvm.milliseconds } : {}),
    ...(typeof tcg?.milliseconds === "number" ? { tcg: tcg.milliseconds } : {}),
  };
};

const examineHost = async (agent: AgentClient): Promise<Diagnosis> => {
  const it = new Examination(agent);
  const facts = await it.ask("facts", (asked) => asked.ask("facts", {}, quick));
  if (facts === undefined) return { host: agent.host, accelerators: {}, network: [], findings: it.findings };
  it.findings.push(...missingPrograms(facts), ...deviceFindings(facts), ...roomFindings(facts));
  const hasQemu = !facts.missing.includes("qemu-system-x86_64");
  const qemu = hasQemu ? await it.ask("QEMU", (asked) => asked.ask("qemu", {}, slow)) : undefined;
  if (qemu?.backgroundSnapshot)
    it.findings.push({
      grade: "odd",
      what: `no post-copy captures: ${qemu.backgroundSnapshot}`,
      ...(facts.root ? {} : { mend: "sysctl vm.unprivileged_userfaultfd=1" }),
    });
  const booted = hasQemu ? await accelerators(it, facts) : {};
  const disk = await it.ask("disk", (asked) => asked.ask("diskSpeed", { bytes: diskBytes }, slow));
  return {
    ...{ host: agent.host, facts, accelerators: booted, network: [], findings: it.findings },
    ...(qemu === undefined ? {} : { qemu }),
    ...(disk === undefined ? {} : { diskBytesPerSecond: disk.bytesPerSecond }),
  };
};

/** Sends from one host to another for half a second, over TCP. */
const networkSpeed = async (from: AgentClient, to: AgentClient, address: string): Promise<number> => {
  const token = randomBytes(16).toString("hex");
  const { port } = await to.ask("receive", { address, token, milliseconds: 15_000 }, quick);
  const sent = await from.ask("send", { address, port, token, milliseconds: networkMilliseconds }, slow);
  return sent.bytesPerSecond;
};

/** The lower of both hosts' rates in the inventory. */
const rateBetween = (inventory: Inventory, ...names: readonly string[]): number | undefined => {
  if (inventory.driver === "ssh") return undefined;
  const rates = inventory.hosts.filter(({ name }) => names.includes(name)).flatMap(({ rate }) => rate ?? []);
  return rates.length === 0 ? undefined : Math.min(...rates);
};

const withNetwork = async (
  { inventory, driver }: Testbed,
  diagnosis: Diagnosis,
  from: AgentClient,
  to: AgentClient,
  facts: Result<"facts"> | undefined,
): Promise<Diagnosis> => {
  const it = new Examination(from);
  const address = driver.addresses.get(to.host) ?? facts?.address ?? undefined;
  if (address === undefined) {
    const what = `network to ${to.host} not measured: no IPv4 address of it is known`;
    return { ...diagnosis, findings: [...diagnosis.findings, { grade: "odd", what }] };
  }
  const speed = await it.ask(`network to ${to.host}`, () => networkSpeed(from, to, address));
  const rate = rateBetween(inventory, from.host, to.host);
  if (speed !== undefined && rate !== undefined && (speed < plausible.from * rate || speed > plausible.to * rate))
    it.findings.push({
      grade: "odd",
      what: `the network to ${to.host} has ${Math.round((100 * speed) / rate)} % of the rate that the inventory says`,
    });
  return {
    ...diagnosis,
    network: speed === undefined ? [] : [{ to: to.host, bytesPerSecond: speed }],
    findings: [...diagnosis.findings, ...it.findings],
  };
};

/**
 * Finds out what each host is and lacks, by trying: one host after the other, so that those which share a machine do not
 * measure each other. Networks are measured from each host to the next.
 */
export const examine = async (testbed: Testbed): Promise<Diagnosis[]> => {
  const found: Diagnosis[] = [];
  const agents = new Map<string, AgentClient>();
  for (const { host, value, error } of await testbed.agents("own")) {
    if (value !== undefined) {
      agents.set(host, value);
      found.push(await examineHost(value));
      continue;
    }
    const what = error!.message.replace(`${host}: `, "");
    const mend = mending.find(([pattern]) => pattern.test(what))?.[1](destinationOf(testbed.inventory, host));
    const findings: Finding[] = [{ grade: "missing", what, ...(mend === undefined ? {} : { mend }) }];
    found.push({ host, accelerators: {}, network: [], findings });
  }
  const reached = [...agents.values()];
  if (reached.length < 2) return found;
  const diagnoses: Diagnosis[] = [];
  for (const each of found) {
    const from = agents.get(each.host);
    const to = reached[(reached.findIndex(({ host }) => host === each.host) + 1) % reached.length]!;
    const facts = found.find(({ host }) => host === to.host)?.facts;
    diagnoses.push(from === undefined ? each : await withNetwork(testbed, each, from, to, facts));
  }
  return diagnoses;
};
