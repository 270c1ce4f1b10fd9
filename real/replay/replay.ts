import { setTimeout as sleep } from "node:timers/promises";
import type { Columns } from "../../models/books/columns.ts";
import { LifeCycleAccount } from "../../models/books/life-cycle-account.ts";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import { placeCopies } from "../../models/placement/copy-placement.ts";
import type { ClusterPolicy } from "../../models/policies/cluster-policy.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { Interrupted } from "../../models/testbed.ts";
import { listedLatentErrors } from "../../scenarios/listed-scenario.ts";
import type { AgentClient } from "../agent/client.ts";
import { allOf } from "../all-of.ts";
import { clockOffset } from "../cut/cut-cluster.ts";
import type { GuestImage } from "../guest/guest-image.ts";
import { type GuestSpec, untilItHears } from "../guest/hosted-guest.ts";
import type { Fabric } from "../hosts/namespace-switch.ts";
import type { TypeSimilarity } from "../pages/similarity.ts";
import { QemuTestbed } from "../qemu-testbed.ts";
import type { MeasuredTraffic } from "../traffic/measured-traffic.ts";
import { clusterSimilarity } from "./cluster-similarity.ts";
import { FileChecks } from "./file-checks.ts";
import { drawing, tellBegin } from "./first-steps.ts";
import { GuestMaker } from "./guest-maker.ts";
import { HostFiles } from "./host-files.ts";
import { type Checked, Invariants } from "./invariants.ts";
import { LatentErrors } from "./latent-errors.ts";
import { RealCluster, type RealVm } from "./real-cluster.ts";
import { RealFailures } from "./real-failures.ts";
import { RealHost } from "./real-host.ts";
import { RealPlacement } from "./real-placement.ts";
import { RealProcess } from "./real-process.ts";
import { RealRollback } from "./real-rollback.ts";
import { RealSnapshots } from "./real-snapshots.ts";
import { RealStore } from "./real-store.ts";
import { RunEvents } from "./run-events.ts";
import { type GuestNetwork, guestsOf, soonHeard } from "./scenario-guests.ts";
import { TrafficMeter } from "./traffic-meter.ts";

export interface ReplayStage {
  /** Of the hosts, in the scenario's order. */
  readonly agents: readonly AgentClient[];
  /** By which hosts reach each other. */
  readonly hostAddresses: readonly string[];
  readonly network: GuestNetwork;
  /** Between the hosts. */
  readonly fabric: Fabric;
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
  /** What the guests of the newest restore point have in common, if that was asked for and there is one. */
  readonly similarity: readonly TypeSimilarity[] | undefined;
  /** What was measured before each rollback that placed VMs by it. */
  readonly traffic: readonly MeasuredTraffic[];
  /** What was looked at after each recovery, if that was asked for. */
  readonly checked: Checked | undefined;
}

export interface ReplayOptions {
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** Looks at invariants whenever the cluster is up again. */
  readonly checks?: boolean;
  /** Looks at what guests have in common at the end. */
  readonly surveys?: boolean;
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
  { agents, hostAddresses, network, fabric, image, accelerator }: ReplayStage,
  { seed, signal, say, checks: isLooking = false, surveys = false }: ReplayOptions,
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
  const meter = TrafficMeter.isFor(scenario)
    ? new TrafficMeter({ scenario, events, hosts, onNote: (note) => notes.push(note) })
    : undefined;
  await meter?.check();
  const guests = new GuestMaker(image, guestsOf(scenario, network, accelerator), meter !== undefined);
  const isChecked = scenario.failures.latentErrors.kind !== "none" || Number.isFinite(storage.scrub);
  const checks = isChecked ? new FileChecks((wrong) => latent?.wrong(wrong)) : undefined;
  const files = new HostFiles(hosts, events, checks);
  const store = new RealStore(hosts, files, events, storage, placeCopies(storage.placement, hosts, pick));
  const latent =
    checks &&
    new LatentErrors({
      ...{ events, hosts, cluster, files, store, checks },
      errors: listedLatentErrors(scenario, seed),
      scrub: storage.scrub,
    });
  const placement = new RealPlacement({ scenario, hosts, pick });
  placement.begin(cluster);
  const invariants = isLooking ? new Invariants({ events, hosts, cluster, store }) : undefined;
  const stage = {
    scenario,
    events,
    hosts,
    cluster,
    guests,
    files,
    store,
    fabric,
    latent,
    invariants,
    placement,
    meter,
  };
  try {
    say(`starting ${cluster.vms.length} guests on ${hosts.length} hosts`);
    await startGuests(stage);
    say(`running for ${horizon} s`);
    await live(stage, policy, { signal, onNote: (note) => notes.push(note) });
    const { points, spoilt } = await store.verify();
    notes.push(...spoilt);
    const newest = surveys ? store.newestReadable?.point : undefined;
    const similarity = newest && (await clusterSimilarity(newest, hosts, files));
    const { inOrder } = events;
    const account = new LifeCycleAccount();
    for (const event of inOrder) account.enter(event);
    return {
      events: inOrder,
      columns: { ...account.columns, ...latent?.columns },
      similarity,
      checked: invariants?.checked,
      verifiedPoints: points - spoilt.length,
      traffic: meter?.found ?? [],
      notes,
    };
  } finally {
    await guests.settled();
    for (const { guest } of cluster.vms) await guest?.kill();
    await store.end();
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
  readonly fabric: Fabric;
  readonly latent: LatentErrors | undefined;
  readonly invariants: Invariants | undefined;
  readonly placement: RealPlacement;
  readonly meter: TrafficMeter | undefined;
}

/** Starts all guests, and waits until they hear of each other. */
const startGuests = async ({ scenario, cluster, guests }: Stage): Promise<void> => {
  await allOf(cluster.vms.map((vm) => guests.start(vm)));
  for (const { guest, index } of cluster.vms) await untilItHears(guest!, soonHeard(scenario, index));
};

/** The run itself: the policy lives its cluster's life, and machines fail, until the horizon. */
const live = async (
  { scenario, events, hosts, cluster, guests, files, store, fabric, latent, invariants, placement, meter }: Stage,
  policy: ClusterPolicy,
  options: {
    readonly signal: AbortSignal;
    readonly onNote: (note: string) => void;
  },
): Promise<void> => {
  const { horizon } = scenario;
  events.start();
  tellBegin(scenario, cluster, hosts, events);
  const bed = new QemuTestbed({
    events,
    store,
    snapshots: new RealSnapshots({ events, files, store, scenario, onNote: options.onNote }),
    rollback: new RealRollback({
      ...{ scenario, events, files, store, guests, placement, meter },
      ...options,
      onError: (error) => stop(error),
      onUp: () => {
        failures.listen();
        if (cluster.undetected.size === 0) meter?.listen();
        if (cluster.undetected.size === 0) invariants?.look();
      },
    }),
  });
  const main = new RealProcess(policy(bed, cluster, scenario));
  let stop: (error: unknown) => void = () => {};
  const broken = new Promise<never>((_, reject) => {
    stop = reject;
  });
  broken.catch(() => {});
  const interrupt = (vms: readonly RealVm[]): void => main.interrupt(new Interrupted({ cluster, vms }));
  const failures = new RealFailures(
    { scenario, events, hosts, cluster, store, fabric, latent, meter, interrupt },
    stop,
  );
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
    await invariants?.over();
  }
};
