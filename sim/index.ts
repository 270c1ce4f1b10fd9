// Simulation, processes and events

// Resources, containers and stores
export { Claim } from "./claim.ts";
export { allOf, anyOf, type Events, Happenings } from "./conditions.ts";
export { Container, type ContainerOptions } from "./container.ts";
// Fluid networks
export { FluidFlow } from "./fluid-flow.ts";
export { FluidNetwork, type LinkShare, type TransferOptions } from "./fluid-network.ts";
export { Link } from "./link.ts";

// Errors
export * from "./errors.ts";
export * from "./fluid-errors.ts";
export { FilterStore } from "./filter-store.ts";
export { InstantEnd } from "./instant-end.ts";
export { Interrupt } from "./interrupt.ts";
export { Preemption, PreemptiveResource } from "./preemptive-resource.ts";
export { PriorityResource } from "./priority-resource.ts";
export { type Prioritized, PriorityStore, type PriorityStoreOptions } from "./priority-store.ts";
export { type Process, ProcessHandle } from "./process.ts";
export { Request, type RequestOptions } from "./request.ts";
export { Resource, type ResourceOptions } from "./resource.ts";
export { SimEvent, type Waitable } from "./sim-event.ts";
export { Simulation, type SimulationOptions } from "./simulation.ts";
export { Store, type StoreOptions } from "./store.ts";
export { Timeout } from "./timeout.ts";
export { Timer } from "./timer.ts";

// Observers of the trail of events
export type { Happening, Trace } from "./trace.ts";
