import { lifetime } from "../laws.ts";
import { type LossStream, type LossSystem, LostHosts, struck } from "./loss-system.ts";

/**
 * Simulates one mission from all hosts holding everything, under any laws.
 *
 * @returns whether data is lost within it
 */
export const losesData = (system: LossSystem, mission: number, stream: LossStream): boolean => {
  const life = lifetime(system.life);
  const repair = lifetime(system.repair);
  const lost = new LostHosts(system);
  const first = system.age === "stationary" ? life.residual : life.sample;
  const next = Float64Array.from({ length: system.hosts }, () => first(stream));
  const shocks = system.shocks.map(({ rate }) => stream.exponential(1 / rate));
  // With serial repairs only the first of the lost is being repaired.
  const lose = (host: number, now: number): boolean => {
    if (lost.isLost(host)) return false;
    const data = lost.lose(host);
    const waits = system.repairs === "serial" && lost.order[0] !== host;
    next[host] = waits ? Number.POSITIVE_INFINITY : now + repair.sample(stream);
    return data;
  };
  for (;;) {
    let host = 0;
    for (let i = 1; i < next.length; i++) if (next[i]! < next[host]!) host = i;
    let shock = -1;
    for (const [i, at] of shocks.entries()) if (at < (shock < 0 ? next[host]! : shocks[shock]!)) shock = i;
    const now = shock < 0 ? next[host]! : shocks[shock]!;
    if (now > mission) return false;
    if (shock >= 0) {
      const { rate } = system.shocks[shock]!;
      shocks[shock] = now + stream.exponential(1 / rate);
      let data = false;
      for (const victim of struck(system.shocks[shock]!, system.hosts, stream)) data = lose(victim, now) || data;
      if (data) return true;
    } else if (lost.isLost(host)) {
      lost.repair(host);
      next[host] = now + life.sample(stream);
      const [first] = lost.order;
      if (system.repairs === "serial" && first !== undefined) next[first] = now + repair.sample(stream);
    } else if (lose(host, now)) return true;
  }
};
