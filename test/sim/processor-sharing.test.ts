import { test } from "uvu";
import * as assert from "uvu/assert";
import { FluidNetwork, Level, type Process, Simulation, type Stream, Streams, Tally } from "../../sim/index.ts";
import { reference, referenceCases } from "./reference-values.ts";
import { ZScores } from "./z-scores.ts";

// A link that its flows share equally is a processor-sharing server.

test("jobs that share one resource equally end when its processor-sharing trace says", () => {
  type Inputs = { readonly capacity: number; readonly arrival_size: readonly (readonly [number, number])[] };
  for (const [{ capacity, arrival_size }, expected] of referenceCases<Inputs, readonly number[]>("ps-trace-1")) {
    const sim = new Simulation();
    const net = new FluidNetwork(sim);
    const link = net.link(capacity);
    const ends: number[] = [];
    function* job(index: number, arrival: number, bytes: number): Process {
      yield arrival;
      yield* net.transfer({ bytes, over: [link] });
      ends[index] = sim.now;
    }
    for (const [index, [arrival, bytes]] of arrival_size.entries()) sim.process(job(index, arrival, bytes));
    sim.run();
    assert.is(ends.length, expected.length);
    for (const [index, end] of ends.entries()) {
      assert.ok(Math.abs(end - (expected[index] ?? Number.NaN)) < 1e-9, `job ${index} ended at ${end}`);
    }
  }
});

interface SharedServer {
  readonly lambda: number;
  readonly size: (stream: Stream) => number;
  readonly warmUp: number;
  readonly duration: number;
}

/** One replication of M/G/1 with processor sharing at unit speed: time-weighted number, and mean sojourn of a job. */
function share(streams: Streams, { lambda, size, warmUp, duration }: SharedServer) {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const link = net.link(1);
  const [arrivals, sizes] = [streams.get("arrivals"), streams.get("sizes")];
  const present = new Level(sim, 0);
  const sojourn = new Tally();
  let inside = 0;
  function* job(): Process {
    const arrived = sim.now;
    present.set(++inside);
    yield* net.transfer({ bytes: size(sizes), over: [link] });
    present.set(--inside);
    if (arrived >= warmUp) sojourn.add(sim.now - arrived);
  }
  function* source(): Process {
    while (sim.now < warmUp + duration) {
      yield arrivals.exponential(1 / lambda);
      sim.process(job());
    }
  }
  sim.process(source());
  sim.run(warmUp);
  const before = present.area;
  sim.run(warmUp + duration);
  const number = (present.area - before) / duration;
  sim.run();
  return { number, sojourn: sojourn.mean };
}

const seed = new Streams(20261105);
const replicate = (name: string, server: SharedServer) =>
  Array.from({ length: 40 }, (_, index) => share(seed.split(name).replication(index), server));

test("processor sharing does not care about the law of the sizes, only about their mean", () => {
  const { inputs, value } = reference<{ lam: number; p: number; mu1: number; mu2: number }, { L: number; W: number }>(
    "ps-insens-1",
  );
  const { lam, p, mu1, mu2 } = inputs;
  const laws: Record<string, (stream: Stream) => number> = {
    "two exponentials": (stream) => stream.exponential(stream.next() < p ? 1 / mu1 : 1 / mu2),
    exponential: (stream) => stream.exponential(1),
    constant: () => 1,
  };
  const scores = new ZScores();
  for (const [name, size] of Object.entries(laws)) {
    const runs = replicate(name, { lambda: lam, size, warmUp: 200, duration: 2500 });
    scores.expect(
      "L",
      name,
      runs.map((run) => run.number),
      value.L,
    );
    scores.expect(
      "W",
      name,
      runs.map((run) => run.sojourn),
      value.W,
    );
  }
  scores.expectChiSquare();
});

test("M/G/1 with processor sharing keeps a job E[S] / (1 - rho) in the mean", () => {
  const sizes: Record<string, (stream: Stream) => number> = {
    "mg1-1": () => 1,
    "mg1-2": (stream) => stream.exponential(0.5) + stream.exponential(0.5),
    "mg1-3": (stream) => stream.exponential(stream.next() < 0.9 ? 0.5 : 5.5),
    "mg1-4": (stream) => stream.lognormal(-0.5, 1),
  };
  const scores = new ZScores();
  for (const [id, size] of Object.entries(sizes)) {
    const { inputs, value } = reference<{ lam: number }, { W_processor_sharing: number }>(id);
    const runs = replicate(id, { lambda: inputs.lam, size, warmUp: 500, duration: 2500 });
    scores.expect(
      "W",
      id,
      runs.map((run) => run.sojourn),
      value.W_processor_sharing,
    );
  }
  scores.expectChiSquare();
});

test.run();
