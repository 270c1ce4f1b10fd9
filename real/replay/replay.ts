import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Columns } from "../../models/books/columns.ts";
import { LifeCycleAccount } from "../../models/books/life-cycle-account.ts";
import { trafficAmong } from "../../models/cut/traffic.ts";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import { placeCopies } from "../../models/placement/copy-placement.ts";
import { placeVms } from "../../models/placement/vm-placement.ts";
import type { ClusterPolicy } from "../../models/policies/cluster-policy.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { Interrupted } from "../../models/testbed.ts";
import type { AgentClient } from "../agent/client.ts";
import { allOf } from "../all-of.ts";
import { clockOffset } from "../cut/cut-cluster.ts";
import type { GuestImage } from "../guest/guest-image.ts";
import { type GuestSpec, untilItHears } from "../guest/hosted-guest.ts";
import { QemuTestbed } from "../qemu-testbed.ts";
import { GuestMaker } from "./guest-maker.ts";
import { HostFiles } from "./host-files.ts";
import { RealCluster, type RealVm } from "./real-cluster.ts";
import { RealFailures } from "./real-failures.ts";
import { RealHost } from "./real-host.ts";
import { RealProcess } from "./real-process.ts";
import { RealRollback, reserve } from "./real-rollback.ts";
import { RealSnapshots } from "./real-snapshots.ts";
import { RealStore } from "./real-store.ts";
import { RunEvents } from "./run-events.ts";
import { type GuestNetwork, guestsOf } from "./scenario-guests.ts";

export interface ReplayStage {
  /** Of the hosts, in the scenario's order. */
  readonly agents: readonly AgentClient[];
  /** By which hosts reach each other. */
  readonly hostAddresses: readonly string[];
  readonly network: GuestNetwork;
  readonly image: GuestImage;
  readonly accelerator: GuestSpec["accelerator"];
}

export interface Replayed {
  readonly events: readonly LifeCycleEvent[];
  /** Of the whole run; those that only a simulator can know are left out. */
  readonly columns: Columns;
  /** Durable restore points at the end of which every file was read and found to be what was captured. */
  readonly verifiedPoints: number;
  readonly notes: readonly string[];
}

/**
 * Runs a scenario on real machines for its horizon, in real time: the same policy, events and columns as in the simulator.
 *
 * @param scenario without {@link replayObstacles}
 * @param signal ends the run at once
 * @throws TestbedError if a machine does something else than it was told, or than the scenario says; whatever the policy throws
 */
export const replay = async (
  scenario: ClusterScenario,
  policy: ClusterPolicy,
  { agents, hostAddresses, network, image, accelerator }: ReplayStage,
  { seed, signal, say }: { readonly seed: number; readonly signal: AbortSignal; readonly say: (text: string) => void },
): Promise<Replayed> => {
  const { dataCentre, storage, horizon } = scenario;
  const notes: string[] = [];
  const pick = drawing(seed);
  const events = new RunEvents(horizon);
  const wanted = dataCentre.racks * dataCentre.hostsPerRack;
  const hosts = await Promise.all(
    agents.slice(0, wanted).map(async (agent, index) => {
      const { offset } = await clockOffset(agent);
      return new RealHost(index, agent, { address: hostAddresses[index]!, offset, spec: dataCentre });
    }),
  );
  const cluster = new RealCluster(scenario, events);
  const guests = new GuestMaker(image, guestsOf(scenario, network, accelerator));
  const files = new HostFiles(hosts, events);
  const store = new RealStore(hosts, files, events, storage, {
    copies: copiesOf(scenario),
    place: placeCopies(storage.placement, hosts, pick),
  });
  placeFirst(scenario, cluster, hosts, pick);
  const stage = { scenario, events, hosts, cluster, guests, files, store };
  try {
    say(`starting ${cluster.vms.length} guests on ${hosts.length} hosts`);
    await startGuests(stage);
    say(`running for ${horizon} s`);
    await live(stage, policy, { pick, signal, onNote: (note) => notes.push(note) });
    const { points, spoilt } = await store.verify();
    notes.push(...spoilt);
    const { inOrder } = events;
    const account = new LifeCycleAccount();
    for (const event of inOrder) account.enter(event);
    return { events: inOrder, columns: account.columns, verifiedPoints: points - spoilt.length, notes };
  } finally {
    for (const { guest } of cluster.vms) await guest?.kill();
    for (const host of hosts) await host.reset();
  }
};

interface Stage {
  readonly scenario: ClusterScenario;
  readonly events: RunEvents;
  readonly hosts: readonly RealHost[];
  readonly cluster: RealCluster;
  readonly guests: GuestMaker;
  readonly files: HostFiles;
  readonly store: RealStore;
}

/** Starts all guests, and waits until they hear of each other. */
const startGuests = async ({ scenario, cluster, guests }: Stage): Promise<void> => {
  await allOf(cluster.vms.map((vm) => guests.start(vm)));
  const { traffic } = scenario.cluster;
  const talks = traffic.kind === "even" && traffic.messagesPerSecond > 0;
  for (const { guest } of cluster.vms) await untilItHears(guest!, talks ? cluster.vms.length - 1 : 0);
};

/** The run itself: the policy lives its cluster's life, and machines fail, until the horizon. */
const live = async (
  { scenario, events, hosts, cluster, guests, files, store }: Stage,
  policy: ClusterPolicy,
  options: {
    readonly pick: (n: number) => number;
    readonly signal: AbortSignal;
    readonly onNote: (note: string) => void;
  },
): Promise<void> => {
  const { horizon } = scenario;
  events.start();
  begin(scenario, cluster, hosts, events);
  const bed = new QemuTestbed({
    events,
    store,
    snapshots: new RealSnapshots(events, files, store, scenario.snapshot.record !== "full"),
    rollback: new RealRollback({
      ...{ scenario, events, hosts, files, store, guests },
      ...options,
      onUp: () => failures.listen(),
    }),
  });
  const main = new RealProcess(policy(bed, cluster, scenario));
  let stop: (error: unknown) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    stop = reject;
  });
  broken.catch(() => {});
  const interrupt = (vms: readonly RealVm[]): void => main.interrupt(new Interrupted({ cluster, vms }));
  const failures = new RealFailures({ scenario, events, hosts, cluster, store, interrupt }, stop);
  failures.start();
  try {
    const over = sleep(1000 * (horizon - events.now), undefined, { signal: options.signal });
    // A policy may end before its run does: from then on its cluster is unprotected.
    await Promise.race([over, broken, main.ended.then(() => over)]);
    events.tell({ kind: "end" }, horizon);
  } finally {
    main.kill();
    await failures.stop();
    await main.ended.catch(() => {});
    await cluster.over();
  }
};

/** Whole numbers in [0, n), by the seed. */
const drawing = (seed: number): ((n: number) => number) => {
  let draws = 0;
  return (n) => {
    const hash = createHash("sha256").update(`${seed} ${draws++}`).digest();
    return Math.floor((hash.readUIntBE(0, 6) / 2 ** 48) * n);
  };
};

const copiesOf = ({ storage, cluster }: ClusterScenario): number => {
  const how = storage.types[cluster.workload.classes[0]!.type];
  if (!("copies" in how)) throw new RangeError("storage: real memories are stored as copies");
  return how.copies;
};

const placeFirst = (
  { cluster: spec }: ClusterScenario,
  cluster: RealCluster,
  hosts: readonly RealHost[],
  pick: (n: number) => number,
): void => {
  const { vm, antiAffinity, traffic, placement } = spec;
  const chosen = placeVms(
    placement,
    { hosts, vm, antiAffinity, stay: cluster.vms.map(() => undefined), spares: 0 },
    {
      traffic: trafficAmong(
        traffic,
        cluster.vms.map(({ index }) => index),
      ),
      pick,
    },
  );
  for (const [i, one] of cluster.vms.entries()) reserve(one, hosts[chosen[i]!]!, vm);
};

const begin = (
  { name, horizon, cluster: { quorum }, pauseTolerance }: ClusterScenario,
  cluster: RealCluster,
  hosts: readonly RealHost[],
  events: RunEvents,
): void =>
  events.tell(
    {
      kind: "begin",
      scenario: name,
      horizon,
      quorum,
      pauseTolerance,
      hosts: hosts.map((host) => ({ name: host.name, rack: host.rack })),
      clusters: [{ name: cluster.name, vms: cluster.vms.map((vm) => ({ vm: vm.name, host: vm.host!.name })) }],
    },
    0,
  );
