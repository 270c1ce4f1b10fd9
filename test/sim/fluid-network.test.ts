import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  anyOf,
  type FluidFlow,
  FluidNetwork,
  Interrupt,
  type Link,
  type Process,
  Simulation,
} from "../../sim/index.ts";
import { reference, referenceCases } from "./reference-values.ts";

interface Network {
  readonly links: Record<string, number>;
  readonly flows: readonly { readonly route: string[]; readonly size: number; readonly start?: number }[];
}

interface Solution {
  readonly initial_rates: number[];
  readonly finish_times_rational: string[];
}

const rational = (text: string): number => {
  const [above, below = "1"] = text.split("/");
  return Number(above) / Number(below);
};

const near = (actual: number, expected: number, what: string): void =>
  assert.ok(
    Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected)),
    `${what}: ${actual}, expected ${expected}`,
  );

/** Notes when a transfer is done. */
function* timed(sim: Simulation, start: () => FluidFlow, done: (time: number) => void): Process {
  yield* start();
  done(sim.now);
}

/** Times at which transfers, started by `begin` at their times, are done. */
function finishTimes(
  sim: Simulation,
  transfers: readonly { readonly at: number; readonly begin: () => FluidFlow }[],
): number[] {
  const times = transfers.map(() => Number.NaN);
  for (const [i, { at, begin }] of transfers.entries()) {
    sim.timer(() => sim.process(timed(sim, begin, (time) => (times[i] = time)))).arm(at);
  }
  sim.run();
  return times;
}

for (const id of ["maxmin-1", "maxmin-2", "maxmin-3", "maxmin-4", "maxmin-5"]) {
  test(`${id}: rates and finish times of the textbook network are the exact rationals`, () => {
    const { inputs, value } = reference<Network, Solution>(id);
    const sim = new Simulation();
    const net = new FluidNetwork(sim);
    const links = new Map(Object.entries(inputs.links).map(([name, capacity]) => [name, net.link(capacity, name)]));
    const flows: FluidFlow[] = [];
    const rates: number[] = [];
    sim.timer(() => rates.push(...flows.map((flow) => flow.rate))).arm(1e-9);
    const times = finishTimes(
      sim,
      inputs.flows.map(({ route, size, start = 0 }) => ({
        at: start,
        begin: () => {
          const flow = net.transfer({ bytes: size, over: route.map((name) => links.get(name)!) });
          flows.push(flow);
          return flow;
        },
      })),
    );
    assert.is(rates.length, value.initial_rates.length);
    for (const [i, rate] of rates.entries()) near(rate, value.initial_rates[i]!, `rate ${i}`);
    for (const [i, time] of times.entries()) near(time, rational(value.finish_times_rational[i]!), `finish ${i}`);
  });
}

test("one link shared by flows that come and go is processor sharing (ps-trace-1)", () => {
  const cases = referenceCases<{ capacity: number; arrival_size: [number, number][] }, number[]>("ps-trace-1");
  for (const [n, [{ capacity, arrival_size }, finishes]] of cases.entries()) {
    const sim = new Simulation();
    const net = new FluidNetwork(sim);
    const link = net.link(capacity);
    const times = finishTimes(
      sim,
      arrival_size.map(([at, bytes]) => ({ at, begin: () => net.transfer({ bytes, over: [link] }) })),
    );
    for (const [i, time] of times.entries()) near(time, finishes[i]!, `trace ${n}, job ${i}`);
  }
});

test("a failed link lets its flows stand still, and they go on where they stood when it comes back", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const [cable, other] = [net.link(10), net.link(10)];
  const torn = net.transfer({ bytes: 100, over: [cable, other] });
  const spared = net.transfer({ bytes: 100, over: [other] });
  sim.timer(() => cable.setCapacity(0)).arm(4); // 20 bytes each
  sim.timer(() => cable.setCapacity(10)).arm(7); // 20 and 50
  sim.run(5);
  assert.equal([torn.rate, spared.rate, torn.remaining, spared.remaining], [0, 10, 80, 70]);
  sim.run(8);
  assert.equal([torn.rate, spared.rate, torn.remaining, spared.remaining], [5, 5, 75, 45]);
  sim.run(spared);
  assert.is(sim.now, 17);
  sim.run(torn);
  assert.is(sim.now, 20);
});

test("a flow that stands still for ever is a deadlock for who waits for it, and the error names it", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const flow = net.transfer({ bytes: 1, over: [net.link(0)], name: "image" });
  assert.throws(() => sim.run(flow), /transfer "image" can no longer happen/);
});

test("a link that loses capacity limits flows that were limited elsewhere before, and gives them back later", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const [narrow, wide] = [net.link(2), net.link(100)];
  const a = net.transfer({ bytes: 100, over: [narrow, wide] });
  const b = net.transfer({ bytes: 1000, over: [wide] });
  assert.equal([a.rate, b.rate], [2, 98]);
  wide.setCapacity(3);
  assert.equal([a.rate, b.rate], [1.5, 1.5]);
  wide.setCapacity(1000);
  assert.equal([a.rate, b.rate], [2, 998]);
  wide.setCapacity(1);
  narrow.setCapacity(0.25);
  assert.equal([a.rate, b.rate], [0.25, 0.75]);
});

test("a flow never exceeds its cap, and what it leaves goes to the others", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const link = net.link(10);
  const capped = net.transfer({ bytes: 10, over: [link], cap: 1 });
  const free = net.transfer({ bytes: 90, over: [link] });
  assert.equal([capped.rate, free.rate, link.load], [1, 9, 10]);
  sim.run();
  assert.is(sim.now, 10);
});

test("a changed cap counts from its instant on; 0 stands still and Infinity is no cap", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const link = net.link(10);
  const flow = net.transfer({ bytes: 100, over: [link] });
  const rates: number[] = [];
  for (const [at, cap] of [
    [1, 2],
    [2, 4],
    [3, 0],
    [4, Number.POSITIVE_INFINITY],
  ] as const) {
    sim
      .timer(() => {
        rates.push(flow.rate);
        flow.setCap(cap);
      })
      .arm(at);
  }
  sim.run(flow);
  assert.equal(rates, [10, 2, 4, 0]);
  assert.is(sim.now, 4 + (100 - 10 - 2 - 4) / 10);
});

test("a flow without links runs at its cap", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  sim.run(net.transfer({ bytes: 12, over: [], cap: 4 }));
  assert.is(sim.now, 3);
});

test("rates of flows with one bottleneck are as their weights, and a changed weight counts from its instant on", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const link = net.link(12);
  const [light, heavy] = [
    net.transfer({ bytes: 100, over: [link] }),
    net.transfer({ bytes: 100, over: [link], weight: 3 }),
  ];
  assert.equal([light.rate, heavy.rate], [3, 9]);
  sim.run(2);
  light.setWeight(9);
  assert.equal([light.rate, heavy.rate], [9, 3]);
  near(light.remaining, 94, "left of the light one");
  near(heavy.remaining, 82, "left of the heavy one");
  sim.run(light);
  near(sim.now, 2 + 94 / 9, "end of the one that became heavy");
});

test("a multicast flow uses every link of its tree once, at the rate of its slowest receiver", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const source = net.link(10, "source");
  const receivers = [8, 5, 2].map((capacity) => net.link(capacity));
  const tree = net.transfer({ bytes: 20, over: [source, ...receivers] });
  const unicast = net.transfer({ bytes: 80, over: [source, receivers[0]!] });
  assert.equal([tree.rate, unicast.rate, source.load], [2, 6, 8]);
  sim.run(tree);
  assert.is(sim.now, 10);
  assert.equal([source.carried, ...receivers.map((link) => link.carried)], [80, 80, 20, 20]);
});

test("a flow takes of a link its rate times its share", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const [twice, striped] = [net.link(12), net.link(12)];
  const flow = net.transfer({
    bytes: 30,
    over: [
      { link: twice, share: 2 },
      { link: striped, share: 0.5 },
    ],
  });
  const other = net.transfer({ bytes: 1000, over: [twice] });
  assert.equal([flow.rate, other.rate, twice.load, striped.load], [4, 4, 12, 2]);
  sim.run(flow);
  assert.is(sim.now, 7.5);
  assert.equal([twice.carried, striped.carried], [90, 15]);
});

test("a cancelled flow leaves its share to the others and keeps what was not sent", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const link = net.link(10);
  const [a, b] = [net.transfer({ bytes: 100, over: [link] }), net.transfer({ bytes: 100, over: [link] })];
  sim.timer(() => a.cancel()).arm(4);
  sim.run(b);
  assert.is(sim.now, 4 + 80 / 10);
  assert.equal([a.remaining, a.rate, a.inProgress, a.triggered, link.carried], [80, 0, false, false, 120]);
});

test("who waits for a flow that is cancelled is told so", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const flow = net.transfer({ bytes: 1, over: [net.link(1)], name: "image" });
  let told = "";
  function* waiter(): Process {
    try {
      yield* flow;
    } catch (error) {
      told = String(error);
    }
  }
  sim.process(waiter());
  sim.timer(() => flow.cancel()).arm(0.5);
  sim.run();
  assert.match(told, /WaitedForCancelled: transfer "image" was cancelled/);
  flow.cancel();
  assert.throws(() => sim.run(flow), /transfer "image" was cancelled/);
});

test("leaving a using block cancels a transfer that is not done, however the block is left", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const link = net.link(10);
  let caught = 0;
  function* sender(bytes: number): Process {
    try {
      using flow = net.transfer({ bytes, over: [link] });
      yield* flow;
    } catch (error) {
      if (!(error instanceof Interrupt)) throw error;
      caught++;
    }
  }
  const interrupted = sim.process(sender(100));
  const killed = sim.process(sender(100));
  sim.process(sender(15));
  sim.timer(() => interrupted.interrupt()).arm(1.5);
  sim.timer(() => killed.kill()).arm(3);
  sim.run();
  // Three share until 1.5 (5 bytes each), two until 3 (7.5 each); the last 2.5 bytes of the short one take 0.25.
  assert.is(caught, 1);
  assert.is(net.flows, 0);
  near(link.carried, 5 + 12.5 + 15, "bytes carried");
  near(sim.now, 3.25, "end of the short one");
});

test("several may wait for one flow, and anyOf takes it as the event it is", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const [slow, fast] = [net.link(1), net.link(4)];
  const [late, early] = [net.transfer({ bytes: 8, over: [slow] }), net.transfer({ bytes: 8, over: [fast] })];
  const trail: string[] = [];
  function* first(): Process {
    const got = yield* anyOf(late, early);
    trail.push(`first: ${got.has(early)} ${got.has(late)} at ${sim.now}`);
  }
  function* each(name: string): Process {
    yield* late;
    trail.push(`${name} at ${sim.now}`);
    yield* early;
    trail.push(`${name} again at ${sim.now}`);
  }
  sim.process(first());
  sim.process(each("a"));
  sim.process(each("b"));
  sim.run();
  assert.equal(trail, ["first: true false at 2", "a at 8", "a again at 8", "b at 8", "b again at 8"]);
});

test("onDone is called once, when the flow is done and after those who wait; not when it is cancelled", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const link = net.link(2);
  const trail: string[] = [];
  const flow = net.transfer({ bytes: 4, over: [link], onDone: () => trail.push(`called at ${sim.now}`) });
  const cancelled = net.transfer({ bytes: 4, over: [link], onDone: () => trail.push("never") });
  sim.process(
    timed(
      sim,
      () => flow,
      (time) => trail.push(`waited until ${time}`),
    ),
  );
  sim.timer(() => cancelled.cancel()).arm(2);
  sim.run();
  assert.equal(trail, ["waited until 3", "called at 3"]);
});

test("what onDone throws stops the run, and the error names the transfer", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const fault = new Error("no room");
  net.transfer({
    bytes: 1,
    over: [net.link(1)],
    name: "image",
    onDone: () => {
      throw fault;
    },
  });
  assert.throws(
    () => sim.run(),
    (error: Error) => error.cause === fault && error.message.startsWith('transfer "image" failed at 1'),
  );
});

test("a link that is never idle keeps its finish times exact over many departures", () => {
  // One flow of 1e6 bytes beside short ones, one after the other: half of the link each, as long as both are there.
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const link = net.link(2);
  const long = net.transfer({ bytes: 1e6, over: [link] });
  function* sender(): Process {
    for (let i = 0; i < 3000; i++) yield* net.transfer({ bytes: 0.1, over: [link] });
  }
  sim.run(sim.process(sender()));
  near(sim.now, 300, "end of the short ones");
  near(long.remaining, 1e6 - 300, "left of the long one");
  sim.run(long);
  near(sim.now, 300 + (1e6 - 300) / 2, "end of the long one");
});

test("a transfer of no bytes is done at the same instant, even over a failed link", () => {
  const sim = new Simulation({ start: 5 });
  const net = new FluidNetwork(sim);
  const flow = net.transfer({ bytes: 0, over: [net.link(0)] });
  sim.run(flow);
  assert.equal([sim.now, flow.remaining, flow.rate, net.flows], [5, 0, 0, 0]);
});

test("changes of one instant take effect together: a flow replaced at its end leaves all other rates as they were", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const link = net.link(3);
  const others = [net.transfer({ bytes: 100, over: [link] }), net.transfer({ bytes: 100, over: [link] })];
  function* sender(): Process {
    for (let i = 0; i < 4; i++) yield* net.transfer({ bytes: 5, over: [link] });
  }
  const done = sim.process(sender());
  sim.run(done);
  assert.is(sim.now, 20);
  assert.equal(
    others.map((flow) => flow.remaining),
    [80, 80],
  );
});

test("flows that are done at one instant end in the order of their links, then of what they had to send, then of their start", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const [first, second] = [net.link(2), net.link(1)];
  const trail: string[] = [];
  const start = (name: string, link: Link, bytes: number): FluidFlow =>
    net.transfer({ bytes, over: [link], onDone: () => trail.push(name) });
  start("b", second, 1);
  start("a1", first, 1);
  start("a2", first, 1);
  sim.run();
  assert.equal(trail, ["a1", "a2", "b"]);
  assert.is(sim.now, 1);
});

test("what is read between two changes of one instant is exact for the changes so far", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const link = net.link(6, "cable");
  const a = net.transfer({ bytes: 6, over: [link] });
  assert.equal([a.rate, link.load, link.flows, net.flows], [6, 6, 1, 1]);
  const b = net.transfer({ bytes: 6, over: [link], cap: 1 });
  assert.equal([a.rate, b.rate, link.load, link.flows, net.flows], [5, 1, 6, 2, 2]);
  a.cancel();
  assert.equal([b.rate, link.load, link.flows, net.flows], [1, 1, 1, 1]);
  assert.equal([link.name, link.capacity, link.carried], ["cable", 6, 0]);
});

test("two flows that end within a rounding error of each other end at one instant", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  let last = 0;
  const times = new Set<number>();
  for (let i = 1; i <= 100; i++) {
    const link = net.link(i / 7);
    last = 10 * (i / 7);
    net.transfer({ bytes: last, over: [link], onDone: () => times.add(sim.now) });
  }
  sim.run();
  assert.is(times.size, 1);
});

test("slots of flows and caps are used again, and a link has carried exactly what was sent over it", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const links = [net.link(10), net.link(20), net.link(30)];
  const before = process.memoryUsage().arrayBuffers;
  let done = 0;
  let sent = 0;
  function* sender(seed: number): Process {
    for (let i = 0; i < 5_000; i++) {
      const bytes = 1 + ((seed * 7919 + i * 104_729) % 1000);
      const over = links.filter((_, link) => (i + seed + link) % 3 !== 0);
      yield* net.transfer({ bytes, over, ...(i % 2 === 0 ? { cap: 3 } : {}) });
      sent += bytes * over.length;
      done++;
    }
  }
  for (let seed = 0; seed < 8; seed++) sim.process(sender(seed));
  sim.run();
  assert.is(done, 40_000);
  assert.is(
    links.reduce((sum, link) => sum + link.carried, 0),
    sent,
  );
  assert.equal(
    [net.flows, ...links.map((link) => link.flows), ...links.map((link) => link.load)],
    [0, 0, 0, 0, 0, 0, 0],
  );
  assert.ok(process.memoryUsage().arrayBuffers - before < 1e6);
});

test("misuse is an error that names the object and its law, and nothing has changed", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const link = net.link(10, "cable");
  const foreign = new FluidNetwork(sim).link(10, "elsewhere");
  const flow = net.transfer({ bytes: 100, over: [link], name: "image" });
  const over = [link];
  const cases: [() => unknown, RegExp][] = [
    [() => net.link(-1, "uplink"), /InvalidFluid: uplink: a capacity must be a finite number .*not -1/],
    [() => net.link(Number.POSITIVE_INFINITY), /InvalidFluid: link 2: a capacity must be .*not Infinity/],
    [() => link.setCapacity(Number.NaN), /InvalidFluid: cable: a capacity must be a finite number .*not NaN/],
    [() => net.transfer({ bytes: -1, over }), /InvalidFluid: transfer of -1 bytes: its size must be .*not -1/],
    [() => net.transfer({ bytes: Number.NaN, over, name: "x" }), /InvalidFluid: transfer "x": its size .*not NaN/],
    [
      () => net.transfer({ bytes: 1, over, weight: 0 }),
      /InvalidFluid: .*a weight must be a finite number above 0, not 0/,
    ],
    [() => net.transfer({ bytes: 1, over, cap: -2 }), /InvalidFluid: .*a cap must be .* from 0 on, not -2/],
    [
      () => net.transfer({ bytes: 1, over: [{ link, share: 0 }] }),
      /InvalidFluid: .*the share of cable must be .*not 0/,
    ],
    [
      () => net.transfer({ bytes: 1, over: [undefined as never] }),
      /InvalidFluid: .*path must be a link or .*undefined/,
    ],
    [() => net.transfer({ bytes: 1, over: [{} as never] }), /InvalidFluid: .*path must be a link or .*undefined/],
    [
      () => net.transfer({ bytes: 1, over: [foreign] }),
      /ForeignLink: .* cannot cross elsewhere: that belongs to another/,
    ],
    [() => net.transfer({ bytes: 1, over: [link, link] }), /RepeatedLink: .* names cable twice/],
    [() => net.transfer({ bytes: 1, over: [] }), /UnlimitedTransfer: .* crosses no link and has no cap/],
    [() => flow.setWeight(Number.NaN), /InvalidFluid: transfer "image": a weight .*not NaN/],
    [() => flow.setCap(Number.NaN), /InvalidFluid: transfer "image": a cap .*not NaN/],
    [() => flow.succeed(), /NotYoursToTrigger: transfer "image" cannot be triggered by hand/],
    [() => flow.fail(), /NotYoursToTrigger/],
  ];
  for (const [misuse, law] of cases) {
    let said = "nothing";
    try {
      misuse();
    } catch (error) {
      said = String(error);
    }
    assert.match(said, law);
  }
  assert.equal([net.flows, link.flows, flow.rate], [1, 1, 10]);
  sim.run(flow);
  assert.is(sim.now, 10);
  assert.throws(() => flow.cancel(), /transfer "image" cannot be cancelled: it has happened/);
  assert.throws(() => flow.setCap(1), /transfer "image" cannot be changed/);
  assert.throws(() => flow.setWeight(1), /transfer "image" cannot be changed/);
  const loose = net.transfer({ bytes: 1, over: [], cap: 1 });
  assert.throws(() => loose.setCap(Number.POSITIVE_INFINITY), /has no cap/);
});

test("whoever follows a transfer hears of each change of its rate, and its bytes arrive evenly between two", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const [narrow, wide] = [net.link(10), net.link(1000)];
  const flow = net.transfer({ bytes: 100, over: [narrow, wide] });
  const heard: [number, number, number][] = [];
  flow.follow(() => heard.push([sim.now, flow.remaining, flow.rate]));
  // Shares the narrow link, then one that has room for both, then nothing.
  sim.timer(() => net.transfer({ bytes: 10, over: [narrow] })).arm(2);
  sim.timer(() => net.transfer({ bytes: 10, over: [wide] })).arm(7);
  sim.run();
  assert.equal(heard, [
    [0, 100, 10],
    [2, 80, 5],
    [4, 70, 10],
  ]);
  assert.throws(() => flow.follow(() => {}), /has ended/);
});

test.run();
