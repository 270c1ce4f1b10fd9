/**
 * Max-min fair flows in the slowest and plainest way: at every change fill from zero over all links and all flows, and move
 * every flow on by rate × time. Shares no code and no idea with the incremental solver it is compared with.
 */
export interface ReferenceFlow {
  /** What it takes of each link for each unit of its rate. */
  readonly over: ReadonlyMap<number, number>;
  remaining: number;
  weight: number;
  cap: number;
  rate: number;
}

/** Rates by progressive filling: raise the rate per weight of all flows until a link is full or a cap is reached; freeze; go on. */
export function fill(capacities: readonly number[], flows: readonly ReferenceFlow[]): void {
  const rising = new Set(flows);
  for (const flow of flows) flow.rate = 0;
  while (rising.size > 0) {
    let level = Number.POSITIVE_INFINITY;
    let full: ReferenceFlow[] = [];
    for (const flow of rising) {
      if (flow.cap / flow.weight < level) {
        level = flow.cap / flow.weight;
        full = [flow];
      }
    }
    capacities.forEach((capacity, link) => {
      const on = flows.filter((flow) => flow.over.has(link));
      const risers = on.filter((flow) => rising.has(flow));
      if (risers.length === 0) return;
      const taken = on.reduce((sum, flow) => (rising.has(flow) ? sum : sum + flow.rate * flow.over.get(link)!), 0);
      const share =
        Math.max(0, capacity - taken) / risers.reduce((sum, flow) => sum + flow.weight * flow.over.get(link)!, 0);
      if (share < level) {
        level = share;
        full = risers;
      }
    });
    for (const flow of full) {
      flow.rate = level * flow.weight;
      rising.delete(flow);
    }
  }
}

/** Time until the first flow is done at the present rates. */
export function timeToNextFinish(flows: readonly ReferenceFlow[]): number {
  return flows.reduce((least, flow) => Math.min(least, flow.remaining / flow.rate), Number.POSITIVE_INFINITY);
}

/** Moves all flows on by `seconds` at the present rates. */
export function progress(flows: readonly ReferenceFlow[], seconds: number): void {
  for (const flow of flows) flow.remaining = Math.max(0, flow.remaining - flow.rate * seconds);
}
