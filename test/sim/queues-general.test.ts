import { test } from "uvu";
import { type Stream, Streams } from "../../sim/index.ts";
import { meanOf, runQueue } from "./queue-model.ts";
import { reference, referenceCases } from "./reference-values.ts";
import { ZScores } from "./z-scores.ts";

const REPLICATIONS = 40;
const CUSTOMERS = 4000;
const seed = new Streams(20261102);

type Draw = (stream: Stream) => number;

const constant =
  (x: number): Draw =>
  () =>
    x;
const exponential =
  (mean: number): Draw =>
  (stream) =>
    stream.exponential(mean);
const uniform =
  (from: number, to: number): Draw =>
  (stream) =>
    stream.uniform(from, to);
/** The sum of `k` exponentials, with the given mean in all. */
const erlang =
  (k: number, mean: number): Draw =>
  (stream) => {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += stream.exponential(mean / k);
    return sum;
  };
const hyperexponential =
  (p: number, mean1: number, mean2: number): Draw =>
  (stream) =>
    stream.exponential(stream.next() < p ? mean1 : mean2);
const lognormal =
  (mu: number, sigma: number): Draw =>
  (stream) =>
    stream.lognormal(mu, sigma);

/** The waits of each replication of a single-server queue. */
const waits = (name: string, interarrival: Draw, service: Draw): Float64Array[] =>
  Array.from({ length: REPLICATIONS }, (_, index) => {
    const streams = seed.split(name).replication(index);
    const [arrivals, services] = [streams.get("arrivals"), streams.get("services")];
    return runQueue({
      servers: 1,
      interarrival: () => interarrival(arrivals),
      service: () => service(services),
      warmUp: 1500,
      customers: CUSTOMERS,
    }).waits;
  });

test("M/G/1 waits as Pollaczek and Khinchine say, in the mean and in the second moment", () => {
  const services: Record<string, Draw> = {
    "mg1-1": constant(1),
    "mg1-2": erlang(2, 1),
    "mg1-3": hyperexponential(0.9, 1 / 2, 5.5),
    "mg1-4": lognormal(-0.5, 1),
  };
  const scores = new ZScores();
  for (const [id, service] of Object.entries(services)) {
    const { inputs, value } = reference<{ lam: number }, { Wq: number; var_Wq: number }>(id);
    const runs = waits(id, exponential(1 / inputs.lam), service);
    scores.expect("Wq", id, runs.map(meanOf), value.Wq);
    const squares = runs.map((run) => meanOf(run.map((wait) => wait ** 2)));
    scores.expect("E[Wq^2]", id, squares, value.var_Wq + value.Wq ** 2);
  }
  scores.expectChiSquare();
});

test("GI/G/1 waits as long as Spitzer's identity says", () => {
  const laws: Record<string, readonly [Draw, Draw]> = {
    "D/M/1": [constant(1), exponential(1 / 1.25)],
    "E2/M/1": [erlang(2, 1), exponential(1 / 1.25)],
    "E2/E2/1": [erlang(2, 1), erlang(2, 0.8)],
    "E4/E2/1": [erlang(4, 1), erlang(2, 0.8)],
    "E3/E3/1": [erlang(3, 1), erlang(3, 0.9)],
    "U(0,2)/U(0,1.2)/1": [uniform(0, 2), uniform(0, 1.2)],
  };
  const scores = new ZScores();
  for (const [{ queue }, { Wq }] of referenceCases<{ queue: string }, { Wq: number }>("gg1-1")) {
    const law = laws[queue];
    if (law === undefined) throw new Error(`no law for ${queue}`);
    scores.expect("Wq", queue, waits(queue, ...law).map(meanOf), Wq);
  }
  scores.expectChiSquare();
});

test.run();
