import { test } from "uvu";
import * as assert from "uvu/assert";
import { anyOf, type Process, Resource, Simulation } from "../../sim/index.ts";

/** One server without a queue: who has no place when he looks, at the instant of his arrival, is rejected. */
function serveWithoutQueue({ arrivals, service }: { arrivals: readonly number[]; service: number }) {
  const sim = new Simulation();
  const server = new Resource(sim, { capacity: 1 });
  const outcome = { served: 0, rejected: 0, end: 0 };

  function* customer(): Process {
    using turn = server.request();
    const first = yield* anyOf(turn, sim.timeout(0));
    if (!first.has(turn)) {
      outcome.rejected++;
      return;
    }
    yield service;
    outcome.served++;
    outcome.end = sim.now;
  }

  function* source(): Process {
    for (const time of arrivals) {
      yield time - sim.now;
      sim.process(customer());
    }
  }
  sim.process(source());
  sim.run();
  return outcome;
}

test("a release at an instant comes before a request at the same instant: nobody is rejected", () => {
  const arrivals = Array.from({ length: 10 }, (_, index) => index);
  assert.equal(serveWithoutQueue({ arrivals, service: 1 }), { served: 10, rejected: 0, end: 10 });
});

test("of 100 arrivals a minute apart, with service of 1.5 and no queue, 50 are served and 50 rejected, until 100.5", () => {
  const arrivals = Array.from({ length: 100 }, (_, index) => index + 1);
  assert.equal(serveWithoutQueue({ arrivals, service: 1.5 }), { served: 50, rejected: 50, end: 100.5 });
});

test.run();
