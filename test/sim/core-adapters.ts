import {
  allOf,
  anyOf,
  Container,
  FilterStore,
  Interrupt,
  Preemption,
  PreemptiveResource,
  PriorityResource,
  PriorityStore,
  Resource,
  type SimEvent,
  Simulation,
  Store,
} from "../../sim/index.ts";
import { ReferenceCondition } from "./reference-condition.ts";
import { type ReferenceBody, ReferenceInterrupt, ReferenceProcess } from "./reference-process.ts";
import { ReferenceResource } from "./reference-resource.ts";
import {
  type LawBroken,
  ReferenceEvent,
  ReferenceSimulation,
  ReferenceTimeout,
  ReferenceTimer,
} from "./reference-simulation.ts";
import { ReferenceContainer, ReferenceStore } from "./reference-stores.ts";

/** What random programs use of a core, whichever it is. */
export interface Core {
  readonly now: number;
  peek(): number;
  step(): void;
  run(until: number): void;
  process(body: Body): CoreProcess;
  event(): CoreEvent & { succeed(value: string): unknown; fail(error: unknown): unknown };
  timeout(delay: number, value: string): CoreEvent & { cancel(): void };
  timer(callback: () => void): CoreTimer;
  anyOf(events: readonly CoreEvent[]): CoreEvent;
  allOf(events: readonly CoreEvent[]): CoreEvent;
  resource(kind: ResourceKind, capacity: number): CoreResource;
  container(capacity: number, level: number): CoreContainer;
  store(kind: StoreKind, capacity: number): CoreStore;
  /** What an interrupt was caused by; undefined if `error` is none. */
  interruption(error: unknown): Interruption | undefined;
}

export type Body = Generator<unknown, unknown, unknown>;
export type ResourceKind = "plain" | "priority" | "preemptive";
export type StoreKind = "fifo" | "priority" | "filter";

export interface CoreEvent {
  readonly triggered: boolean;
  readonly processed: boolean;
  readonly ok: boolean;
  [Symbol.iterator](): Generator<unknown, unknown, unknown>;
}

export interface CoreProcess extends CoreEvent {
  readonly isAlive: boolean;
  interrupt(cause: string): void;
  kill(): void;
}

export interface CoreTimer {
  arm(delay: number): unknown;
  cancel(): void;
}

export interface CoreClaim extends CoreEvent {
  cancel(): void;
  [Symbol.dispose](): void;
}

export interface CoreRequest extends CoreClaim {
  release(): void;
}

export interface CoreResource {
  readonly users: readonly unknown[];
  readonly queue: readonly unknown[];
  request(options: { priority: number; preempt: boolean }): CoreRequest;
}

export interface CoreContainer {
  readonly level: number;
  put(amount: number): CoreClaim;
  get(amount: number): CoreClaim;
}

export interface CoreStore {
  readonly items: readonly number[];
  put(item: number): CoreClaim;
  get(accepts: (item: number) => boolean): CoreClaim;
}

/** By whom a process was interrupted: with a word, or by a preemption. */
export type Interruption =
  | { readonly kind: "call"; readonly cause: unknown }
  | { readonly kind: "preemption"; readonly by: unknown; readonly since: number };

const anything = (): boolean => true;

/** The core itself. */
export function engine(): Core {
  const sim = new Simulation();
  const events = (list: readonly CoreEvent[]) => list as readonly SimEvent<unknown>[];
  return {
    get now() {
      return sim.now;
    },
    peek: () => sim.peek(),
    step: () => sim.step(),
    run: (until) => sim.run(until),
    process: (body) => sim.process(body as Parameters<typeof sim.process>[0]) as CoreProcess,
    event: () => sim.event<string>(),
    timeout: (delay, value) => sim.timeout(delay, value),
    timer: (callback) => sim.timer(callback),
    anyOf: (list) => anyOf(...events(list)),
    allOf: (list) => allOf(events(list)),
    resource: (kind, capacity) =>
      new ({ plain: Resource, priority: PriorityResource, preemptive: PreemptiveResource })[kind](sim, { capacity }),
    container: (capacity, level) => new Container(sim, { capacity, level }),
    store: (kind, capacity) => {
      if (kind === "filter") return new FilterStore<number>(sim, { capacity });
      return kind === "priority" ? new PriorityStore<number>(sim, { capacity }) : new Store<number>(sim, { capacity });
    },
    interruption: (error) => {
      if (!(error instanceof Interrupt)) return undefined;
      const { cause } = error;
      if (!(cause instanceof Preemption)) return { kind: "call", cause };
      return { kind: "preemption", by: cause.by, since: cause.since };
    },
  };
}

/** The reference implementation. */
export function referenceCore(): Core {
  const sim = new ReferenceSimulation();
  const events = (list: readonly CoreEvent[]) => list as unknown as readonly ReferenceEvent[];
  return {
    get now() {
      return sim.now;
    },
    peek: () => sim.peek(),
    step: () => sim.step(),
    run: (until) => sim.run(until),
    process: (body) => new ReferenceProcess(sim, body as ReferenceBody),
    event: () => new ReferenceEvent(sim),
    timeout: (delay, value) => new ReferenceTimeout(sim, delay, value),
    timer: (callback) => new ReferenceTimer(sim, callback),
    anyOf: (list) => new ReferenceCondition(sim, events(list), 1),
    allOf: (list) => new ReferenceCondition(sim, events(list), list.length),
    resource: (kind, capacity) => new ReferenceResource(sim, kind, capacity),
    container: (capacity, level) => new ReferenceContainer(sim, capacity, level),
    store: (kind, capacity) => {
      const store = new ReferenceStore(sim, kind, capacity);
      return {
        get items() {
          return store.items;
        },
        put: (item) => store.put(item),
        get: (accepts) => store.get(kind === "filter" ? accepts : anything),
      };
    },
    interruption: (error) => {
      if (!(error instanceof ReferenceInterrupt)) return undefined;
      const cause = error.cause as { by?: unknown; since?: number } | string;
      if (typeof cause === "string") return { kind: "call", cause };
      return { kind: "preemption", by: cause.by ?? null, since: cause.since ?? Number.NaN };
    },
  };
}

/** The name of an error, which is that of its class in the core and given by hand in the reference. */
export const nameOf = (error: unknown): string => (error as Error | LawBroken).name;
