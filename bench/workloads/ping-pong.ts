import { type Process, type SimEvent, Simulation } from "../../sim/index.ts";
import type { Benchmark, Workload } from "../benchmark.ts";
import { simpy } from "../contenders.ts";

/** Pairs of processes that wake each other: a round is two waits and two triggered events, four units of work. */
export default {
  name: "ping-pong",
  measures: "seconds",
  unit: "event",
  peers: [simpy],
  clocks: "bit-equal",
  quick: { warmup: 5_000, rounds: 20_000 },
  cases: [
    { title: "2 processes", params: { processes: 2, warmup: 50_000, rounds: 200_000 }, floor: 16, stretch: 28 },
    { title: "1,000 processes", params: { processes: 1000, warmup: 50_000, rounds: 200_000 }, floor: 15, stretch: 28 },
  ],
} satisfies Benchmark;

interface Player {
  ball: SimEvent<void>;
}

export const run: Workload = (input) => {
  const [processes, warmup, rounds] = [input.number("processes"), input.number("warmup"), input.number("rounds")];
  const increments = input.increments("exponential");
  const sim = new Simulation();
  const warm = sim.event<void>();
  const done = sim.event<void>();
  let returned = 0;

  function* server(me: Player, other: Player): Process {
    for (;;) {
      yield increments.next();
      me.ball = sim.event<void>();
      other.ball.succeed();
      yield me.ball;
      returned++;
      if (returned === warmup) warm.succeed();
      else if (returned === warmup + rounds) done.succeed();
    }
  }

  function* returner(me: Player, other: Player): Process {
    for (;;) {
      yield me.ball;
      yield increments.next();
      me.ball = sim.event<void>();
      other.ball.succeed();
    }
  }

  for (let i = 0; i < processes; i += 2) {
    const left: Player = { ball: sim.event<void>() };
    const right: Player = { ball: sim.event<void>() };
    sim.process(server(left, right));
    sim.process(returner(right, left));
  }
  sim.run(warm);
  const elapsed = input.stopwatch();
  sim.run(done);
  return { amount: elapsed(), units: rounds * 4, clock: sim.now, counts: { returned } };
};
