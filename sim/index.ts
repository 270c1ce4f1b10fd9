// Simulation, processes and events (a blank line after each heading keeps the groups apart when they are sorted)

export { allOf, anyOf, type Events, Happenings } from "./conditions.ts";
export { InstantEnd } from "./instant-end.ts";
export { Interrupt } from "./interrupt.ts";
export { type Process, ProcessHandle } from "./process.ts";
export { SimEvent, type Waitable } from "./sim-event.ts";
export { Simulation, type SimulationOptions } from "./simulation.ts";
export { Timeout } from "./timeout.ts";
export { Timer } from "./timer.ts";

// Resources, containers and stores

export { Claim } from "./claim.ts";
export { Container, type ContainerOptions } from "./container.ts";
export { FilterStore } from "./filter-store.ts";
export { Preemption, PreemptiveResource } from "./preemptive-resource.ts";
export { PriorityResource } from "./priority-resource.ts";
export { type Prioritized, PriorityStore, type PriorityStoreOptions } from "./priority-store.ts";
export { Request, type RequestOptions } from "./request.ts";
export { Resource, type ResourceOptions } from "./resource.ts";
export { Store, type StoreOptions } from "./store.ts";

// Fluid networks

export { FluidFlow } from "./fluid-flow.ts";
export { FluidNetwork, type LinkShare, type TransferOptions } from "./fluid-network.ts";
export { Link } from "./link.ts";

// Random streams

export type { Stream } from "./stream.ts";
export { Streams } from "./streams.ts";
export type { Uniforms } from "./uniforms.ts";

// Statistics

export { CompensatedSum } from "./compensated-sum.ts";
export { Cycles, type CyclesOptions } from "./cycles.ts";
export { Level, type LevelOptions } from "./level.ts";
export { type Clock, type Observer, resetAll } from "./observer.ts";
export { RatioTally } from "./ratio-tally.ts";
export { Tally, type TallyOptions } from "./tally.ts";

// Errors

export * from "./errors.ts";
export * from "./fluid-errors.ts";
export * from "./observer-errors.ts";
export * from "./random-errors.ts";

// The trail of events

export { Fingerprint } from "./fingerprint.ts";
export { PerfettoTrace, type PerfettoTraceOptions } from "./perfetto.ts";
export type { Happening, Subject, Trace } from "./trace.ts";
