import { test } from "uvu";
import * as assert from "uvu/assert";
import { Level, type Process, Resource, Simulation, Streams } from "../../sim/index.ts";
import { referenceCases } from "./reference-values.ts";
import { ZScores } from "./z-scores.ts";

const seed = new Streams(20261103);

const replicate = <T>(name: string, count: number, run: (streams: Streams) => T): T[] =>
  Array.from({ length: count }, (_, index) => run(seed.split(name).replication(index)));

interface Repairs {
  readonly machines: number;
  readonly repairers: number;
  readonly meanUp: number;
  readonly meanRepair: number;
  readonly warmUp: number;
  readonly duration: number;
}

/** Machines that fail and wait for one of the repairers, all up at first; the figures exclude the warm-up. */
function repairShop(streams: Streams, { machines, repairers, meanUp, meanRepair, warmUp, duration }: Repairs) {
  const sim = new Simulation();
  const crew = new Resource(sim, { capacity: repairers });
  const down = new Level(sim, 0);
  const allUp = new Level(sim, 1);
  let number = 0;
  let repaired = 0;
  const change = (by: number): void => {
    number += by;
    down.set(number);
    allUp.set(number === 0 ? 1 : 0);
  };
  function* machine(index: number): Process {
    const own = streams.entity(index);
    const [ups, repairs] = [own.get("up"), own.get("repair")];
    for (;;) {
      yield ups.exponential(meanUp);
      change(1);
      using turn = crew.request();
      yield* turn;
      yield repairs.exponential(meanRepair);
      change(-1);
      repaired++;
    }
  }
  for (let index = 0; index < machines; index++) sim.process(machine(index));
  sim.run(warmUp);
  const before = { down: down.area, allUp: allUp.area, repaired };
  sim.run(warmUp + duration);
  return {
    down: (down.area - before.down) / duration,
    allUp: (allUp.area - before.allUp) / duration,
    throughput: (repaired - before.repaired) / duration,
  };
}

test("two machines that run 1 and are mended in 0.5 are up 0.6 of the time with one repairer, 2/3 with one each", () => {
  const scores = new ZScores();
  for (const [repairers, fraction] of [
    [1, 0.6],
    [2, 2 / 3],
  ] as const) {
    const shop = { machines: 2, repairers, meanUp: 1, meanRepair: 0.5, warmUp: 20, duration: 500 };
    const runs = replicate(`two machines, ${repairers}`, 100, (streams) => repairShop(streams, shop));
    scores.expect(
      "fraction up",
      `${repairers} repairers`,
      runs.map((run) => 1 - run.down / 2),
      fraction,
    );
  }
  scores.expectChiSquare();
});

test("a finite source behaves as its product form: number down, repairs a minute, and all up", () => {
  interface Inputs {
    readonly N: number;
    readonly lam: number;
    readonly mu: number;
    readonly c: number;
  }
  interface Value {
    readonly L_down: number;
    readonly throughput: number;
    readonly mean_response: number;
    readonly P_all_up: number;
  }
  const scores = new ZScores();
  for (const [{ N, lam, mu, c }, exact] of referenceCases<Inputs, Value>("finite-source-1")) {
    const shop = {
      machines: N,
      repairers: c,
      meanUp: 1 / lam,
      meanRepair: 1 / mu,
      warmUp: 30 / mu,
      duration: 400 / mu,
    };
    const runs = replicate(`finite source ${N}`, 60, (streams) => repairShop(streams, shop));
    scores.expect(
      "number down",
      `${N} machines`,
      runs.map((run) => run.down),
      exact.L_down,
    );
    scores.expect(
      "throughput",
      `${N} machines`,
      runs.map((run) => run.throughput),
      exact.throughput,
    );
    scores.expect(
      "all up",
      `${N} machines`,
      runs.map((run) => run.allUp),
      exact.P_all_up,
    );
    // Little's law as a ratio estimate: its mean is 0 at the exact mean response.
    const little = runs.map((run) => run.down - exact.mean_response * run.throughput);
    scores.expect("mean response", `${N} machines`, little, 0);
  }
  scores.expectChiSquare();
});

test("ten machines with three spares and one repairer crash after 12340 in the mean", () => {
  const crash = (streams: Streams): number => {
    const sim = new Simulation();
    const crew = new Resource(sim, { capacity: 1 });
    const ups = streams.get("up");
    const repairs = streams.get("repair");
    const crashed = sim.event<number>();
    let spares = 3;
    function* repair(): Process {
      using turn = crew.request();
      yield* turn;
      yield repairs.exponential(1);
      spares++;
    }
    function* place(): Process {
      for (;;) {
        yield ups.exponential(100);
        sim.process(repair());
        if (spares === 0) {
          crashed.succeed(sim.now);
          return;
        }
        spares--;
      }
    }
    for (let index = 0; index < 10; index++) sim.process(place());
    return sim.run(crashed);
  };
  const scores = new ZScores();
  scores.expect("time to crash", "ten machines", replicate("spares", 300, crash), 12340);
});

test("one unit is up at t with probability A + (1 - A) exp(-(lambda + mu) t)", () => {
  const [lambda, mu] = [1 / 3, 1];
  const times = [0.25, 0.5, 1, 2, 4];
  const states = replicate("transient", 20000, (streams) => {
    const sim = new Simulation();
    let up = 1;
    function* unit(): Process {
      const [ups, downs] = [streams.get("up"), streams.get("down")];
      for (;;) {
        up = 1;
        yield ups.exponential(1 / lambda);
        up = 0;
        yield downs.exponential(1 / mu);
      }
    }
    sim.process(unit());
    return times.map((time) => {
      sim.run(time);
      return up;
    });
  });
  const stationary = mu / (lambda + mu);
  const scores = new ZScores();
  for (const [index, t] of times.entries()) {
    const exact = stationary + (1 - stationary) * Math.exp(-(lambda + mu) * t);
    scores.expect(
      "A(t)",
      `t = ${t}`,
      states.map((state) => state[index] ?? Number.NaN),
      exact,
    );
  }
});

test("ten repairs of 6 minutes in 1000 minutes are an availability of 0.940", () => {
  const sim = new Simulation();
  const up = new Level(sim, 1);
  function* unit(): Process {
    for (let i = 0; i < 10; i++) {
      yield 94;
      up.set(0);
      yield 6;
      up.set(1);
    }
  }
  sim.process(unit());
  sim.run(1000);
  assert.is(up.mean, 0.94);
});

test.run();
