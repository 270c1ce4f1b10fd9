import { setTimeout as sleep } from "node:timers/promises";
import type { TrafficMatrix } from "../../models/cut/traffic.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { TestbedError } from "../testbed-error.ts";
import { type MeasuredTraffic, matrixOf, measuredTraffic, type TrafficSample } from "../traffic/measured-traffic.ts";
import type { TrafficCounter } from "../traffic/traffic-verbs.ts";
import type { RealHost } from "./real-host.ts";
import type { RunEvents } from "./run-events.ts";

/** Seconds: between two looks at the counters, and over how many of them rates are told. */
const [step, window] = [2, 10];
const patience = 30_000;

interface MeterParts {
  readonly scenario: Pick<ClusterScenario, "cluster" | "detection">;
  readonly events: RunEvents;
  readonly hosts: readonly RealHost[];
  readonly onNote: (note: string) => void;
}

/** Measures who talks to whom at the guests' taps, and tells a rollback what was measured before its failure. */
export class TrafficMeter {
  readonly #parts: MeterParts;
  readonly #counted = new Map<RealHost, readonly TrafficCounter[]>();
  #samples: TrafficSample[] = [];
  #isListening = false;
  readonly #found: MeasuredTraffic[] = [];

  constructor(parts: MeterParts) {
    this.#parts = parts;
  }

  /** Whether placement needs it. */
  static isFor({ rollback: { placement } }: ClusterScenario): boolean {
    return placement === "traffic-aware" || placement === "joint";
  }

  /** What rollbacks went by, each time that anything had been measured. */
  get found(): readonly MeasuredTraffic[] {
    return this.#found;
  }

  /** @throws TestbedError if hosts cannot count */
  async check(): Promise<void> {
    for (const { agent } of this.#parts.hosts) {
      const { missing } = await agent.ask("facts", {}, patience);
      if (missing.includes("nft"))
        throw new TestbedError(
          `${agent.host}: rollback.placement goes by traffic that nft counts at taps, and nft is missing: apt-get install nftables`,
        );
    }
  }

  /** Looks at the counters of all hosts until it is aborted. @throws AbortError, TestbedError */
  async run(signal: AbortSignal): Promise<never> {
    for (;;) {
      if (this.#isListening) await this.#look();
      await sleep(step * 1000, undefined, { signal });
    }
  }

  /** The cluster runs: its traffic counts. */
  listen(): void {
    this.#isListening = true;
  }

  /** A failure is known: what was measured before it may have begun holds until the cluster runs again. */
  stop(): void {
    if (!this.#isListening) return;
    this.#isListening = false;
    const { heartbeat, timeout } = this.#parts.scenario.detection;
    // Who is missed has been silent for so long, and a little longer where the machine is busy.
    const until = this.#parts.events.now - heartbeat - timeout - step;
    const measured = measuredTraffic(this.#samples, { until, window });
    this.#samples = [];
    if (measured !== undefined) this.#found.push(measured);
    else if (this.#found.length === 0)
      this.#parts.onNote("a rollback began before any traffic was measured: it placed VMs by cluster.traffic");
  }

  /** What placement goes by: as measured last, or as the scenario says. */
  get matrix(): TrafficMatrix {
    const { cluster } = this.#parts.scenario;
    const measured = this.#found.at(-1);
    return measured === undefined ? cluster.traffic : matrixOf(measured, cluster.vms);
  }

  async #look(): Promise<void> {
    const { hosts, events } = this.#parts;
    const at = events.now;
    await Promise.all(
      hosts
        .filter(({ reachable }) => reachable)
        .map(async (host) => {
          this.#counted.set(host, (await host.agent.ask("traffic", {}, patience)).counters);
        }),
    );
    // Meanwhile it may have been stopped.
    if (this.#isListening) this.#samples.push({ at, counters: [...this.#counted.values()].flat() });
    const { heartbeat, timeout } = this.#parts.scenario.detection;
    const oldest = at - heartbeat - timeout - window - 4 * step;
    this.#samples = this.#samples.filter((sample) => sample.at >= oldest);
  }
}
