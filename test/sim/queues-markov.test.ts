import { test } from "uvu";
import * as assert from "uvu/assert";
import { Level, type Process, Resource, Simulation, Streams } from "../../sim/index.ts";
import { meanOf, runQueue } from "./queue-model.ts";
import { reference, referenceCases } from "./reference-values.ts";
import { ZScores } from "./z-scores.ts";

const REPLICATIONS = 40;
const seed = new Streams(20261101);

const replicate = <T>(name: string, run: (streams: Streams) => T): T[] =>
  Array.from({ length: REPLICATIONS }, (_, index) => run(seed.split(name).replication(index)));

const markov = (streams: Streams, lambda: number, mu: number, servers: number, warmUp: number, customers: number) => {
  const arrivals = streams.get("arrivals");
  const services = streams.get("services");
  return runQueue({
    servers,
    interarrival: () => arrivals.exponential(1 / lambda),
    service: () => services.exponential(1 / mu),
    warmUp,
    customers,
  });
};

test("M/M/1 holds 1 customer in the mean at a load of 0.5, and 9 at 0.9", () => {
  const scores = new ZScores();
  for (const [rho, number, warmUp] of [
    [0.5, 1, 300],
    [0.9, 9, 3000],
  ] as const) {
    const runs = replicate(`M/M/1 ${rho}`, (streams) => markov(streams, rho, 1, 1, warmUp, 8000));
    const means = runs.map((run) => run.meanNumber);
    scores.expect("L", `load ${rho}`, means, number);
  }
  scores.expectChiSquare();
});

test("M/M/2 with one place to wait holds 0.762340 customers in the mean and rejects 0.049360 of the arrivals", () => {
  const scores = new ZScores();
  const runs = replicate("M/M/2/3", (streams) => {
    const arrivals = streams.get("arrivals");
    const services = streams.get("services");
    const sim = new Simulation();
    const desk = new Resource(sim, { capacity: 2 });
    const present = new Level(sim, 0);
    let [came, rejected] = [0, 0];
    function* customer(): Process {
      present.set(desk.users.length + desk.queue.length + 1);
      {
        using turn = desk.request();
        yield* turn;
        yield services.exponential(1 / 4);
      }
      present.set(desk.users.length + desk.queue.length);
    }
    function* source(): Process {
      for (;;) {
        yield arrivals.exponential(1 / 3);
        came++;
        if (desk.users.length + desk.queue.length === 3) rejected++;
        else sim.process(customer());
      }
    }
    sim.process(source());
    sim.run(3000);
    return { number: present.mean, rejected: rejected / came };
  });
  const [p0, p1, p2, p3] = [1, 3 / 4, 9 / 32, 27 / 256].map((weight) => weight / (1 + 3 / 4 + 9 / 32 + 27 / 256));
  const number = (p1 ?? 0) + 2 * (p2 ?? 0) + 3 * (p3 ?? 0);
  assert.is(number.toFixed(6), "0.762340");
  assert.is(p3?.toFixed(6), "0.049360");
  assert.ok(p0 !== undefined && p0 > 0);
  scores.expect(
    "N",
    "M/M/2/3",
    runs.map((run) => run.number),
    number,
  );
  scores.expect(
    "P(reject)",
    "M/M/2/3",
    runs.map((run) => run.rejected),
    p3 ?? 0,
  );
});

test("M/M/c waits as Erlang says: the share that waits, the mean, the second moment and the tail", () => {
  interface Inputs {
    readonly lam: number;
    readonly mu: number;
    readonly c: number;
    readonly t: number;
  }
  interface Value {
    readonly erlangC: number;
    readonly L: number;
    readonly Wq: number;
    readonly P_Wq_gt_t: number;
    readonly var_Wq: number;
  }
  const scores = new ZScores();
  for (const [{ lam, mu, c, t }, exact] of referenceCases<Inputs, Value>("mmc-1")) {
    const runs = replicate(`M/M/${c}`, (streams) => markov(streams, lam, mu, c, 2000, 4000));
    const mean = (f: (wait: number) => number): number[] => runs.map(({ waits }) => meanOf(waits.map(f)));
    scores.expect(
      "P(wait)",
      `M/M/${c}`,
      mean((wait) => (wait > 0 ? 1 : 0)),
      exact.erlangC,
    );
    scores.expect(
      "Wq",
      `M/M/${c}`,
      mean((wait) => wait),
      exact.Wq,
    );
    scores.expect(
      "E[Wq^2]",
      `M/M/${c}`,
      mean((wait) => wait ** 2),
      exact.var_Wq + exact.Wq ** 2,
    );
    scores.expect(
      "P(Wq > t)",
      `M/M/${c}`,
      mean((wait) => (wait > t ? 1 : 0)),
      exact.P_Wq_gt_t,
    );
    scores.expect(
      "L",
      `M/M/${c}`,
      runs.map((run) => run.meanNumber),
      exact.L,
    );
  }
  scores.expectChiSquare();
});

test("M/M/1 from empty: the n-th customer waits less than in equilibrium, by as much as theory says", () => {
  const { inputs, value } = reference<{ lam: number; mu: number; n: number[] }, number[]>("mm1-transient-1");
  const scores = new ZScores();
  const runs = Array.from({ length: 6000 }, (_, index) =>
    // The first customer comes at any time, so the interarrival before it does not matter.
    markov(seed.split("transient").replication(index), inputs.lam, inputs.mu, 1, 0, Math.max(...inputs.n)),
  );
  for (const [index, n] of inputs.n.entries()) {
    scores.expect(
      "E[Wq]",
      `customer ${n}`,
      runs.map(({ waits }) => waits[n - 1] ?? Number.NaN),
      value[index] ?? Number.NaN,
    );
  }
});

test.run();
