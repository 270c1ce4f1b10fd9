import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type FluidFlow, FluidNetwork, type Link, Simulation } from "../../sim/index.ts";
import { fill, progress, type ReferenceFlow, timeToNextFinish } from "./reference-max-min.ts";

const relative = 1e-9;
/** How far the reference is run past a finish, so that flows that end together have all ended. */
const past = 2 ** -47;

/** What a program does, as numbers without meaning of their own: whom it concerns is taken modulo who is there. */
type Action =
  | {
      readonly do: "start";
      readonly over: readonly number[];
      readonly bytes: number;
      readonly weight: number;
      readonly cap: number;
    }
  | { readonly do: "cancel"; readonly which: number }
  | { readonly do: "capacity"; readonly which: number; readonly to: number }
  | { readonly do: "cap"; readonly which: number; readonly to: number }
  | { readonly do: "weight"; readonly which: number; readonly to: number };

/** Actions of one instant, and how long to wait before them. */
interface Step {
  readonly after: number;
  readonly actions: readonly Action[];
}

interface Program {
  readonly capacities: readonly number[];
  readonly steps: readonly Step[];
}

const none = Number.POSITIVE_INFINITY;
const which = fc.nat(1000);
/** Whole numbers make many ties, fractions make none. */
const amount = (most: number) =>
  fc.oneof(fc.integer({ min: 1, max: most }), fc.double({ min: 0.05, max: most, noNaN: true }));
const capacity = fc.oneof({ weight: 5, arbitrary: amount(8) }, { weight: 1, arbitrary: fc.constant(0) });
const cap = fc.oneof({ weight: 2, arbitrary: fc.constant(none) }, { weight: 1, arbitrary: amount(3) });
/** What a flow takes of each link: 0 is a link that it does not cross, and most are. */
const shares = fc.oneof(
  fc.constant(0),
  fc.constant(0),
  fc.constant(1),
  fc.constant(1),
  fc.double({ min: 0.25, max: 3, noNaN: true }),
);

const action = (links: number): fc.Arbitrary<Action> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("start" as const),
        over: fc.array(shares, { minLength: links, maxLength: links }),
        bytes: amount(30),
        weight: fc.oneof(fc.constant(1), amount(4)),
        cap,
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), which }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("capacity" as const), which, to: capacity }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("cap" as const), which, to: cap }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("weight" as const), which, to: amount(4) }) },
  );

const program: fc.Arbitrary<Program> = fc.integer({ min: 1, max: 9 }).chain((links) =>
  fc.record({
    capacities: fc.array(capacity, { minLength: links, maxLength: links }),
    steps: fc.array(
      fc.record({
        after: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 4, noNaN: true })),
        actions: fc.array(action(links), { minLength: 1, maxLength: 4 }),
      }),
      { minLength: 1, maxLength: 30, size: "max" },
    ),
  }),
);

/** A flow of the network beside its twin in the reference. */
interface Twin extends ReferenceFlow {
  readonly flow: FluidFlow;
  readonly bytes: number;
}

/** Runs a program in the network and in the reference at once. */
class Comparison {
  readonly #sim = new Simulation();
  readonly #net = new FluidNetwork(this.#sim);
  readonly #links: Link[];
  readonly #capacities: number[];
  readonly #carried: number[];
  #twins: Twin[] = [];
  #done: FluidFlow[] = [];
  finishes = 0;

  constructor(capacities: readonly number[]) {
    this.#capacities = [...capacities];
    this.#links = capacities.map((capacity) => this.#net.link(capacity));
    this.#carried = capacities.map(() => 0);
  }

  run(steps: readonly Step[]): void {
    for (const { after, actions } of steps) {
      this.#pass(after);
      for (const action of actions) this.#act(action);
      this.#check();
    }
    // Everything can move at the end, so everything must arrive.
    for (const [link] of this.#links.entries()) this.#act({ do: "capacity", which: link, to: 5 });
    this.#check();
    this.#pass(none);
    assert.equal([this.#net.flows, this.#twins.length], [0, 0]);
    for (const [i, link] of this.#links.entries())
      assert.ok(close(link.carried, this.#carried[i]!), `carried by link ${i}`);
  }

  #act(action: Action): void {
    if (action.do === "start") {
      this.#start(action);
    } else if (action.do === "capacity") {
      const link = action.which % this.#links.length;
      this.#capacities[link] = action.to;
      this.#links[link]!.setCapacity(action.to);
    } else if (this.#twins.length > 0) {
      this.#change(this.#twins[action.which % this.#twins.length]!, action);
    }
  }

  #change(twin: Twin, action: Action & { do: "cancel" | "cap" | "weight" }): void {
    if (action.do === "cancel") {
      twin.flow.cancel();
      assert.ok(close(twin.flow.remaining, twin.remaining), "what a cancelled flow keeps");
      this.#leave(twin);
    } else if (action.do === "cap") {
      if (twin.over.size === 0 && action.to === none) return;
      twin.cap = action.to;
      twin.flow.setCap(action.to);
    } else {
      twin.weight = action.to;
      twin.flow.setWeight(action.to);
    }
  }

  #start(action: Action & { do: "start" }): void {
    const { bytes, weight } = action;
    const over = new Map([...action.over.entries()].filter(([, share]) => share > 0));
    const cap = over.size === 0 && action.cap === none ? 1 : action.cap;
    const flow: FluidFlow = this.#net.transfer({
      bytes,
      weight,
      cap,
      over: [...over].map(([link, share]) => (share === 1 ? this.#links[link]! : { link: this.#links[link]!, share })),
      onDone: () => this.#done.push(flow),
    });
    this.#twins.push({ flow, bytes, over, remaining: bytes, weight, cap, rate: 0 });
  }

  #leave(twin: Twin): void {
    for (const [link, share] of twin.over) this.#carried[link]! += share * (twin.bytes - twin.remaining);
    this.#twins = this.#twins.filter((other) => other !== twin);
  }

  /** Lets time pass from finish to finish, as the reference sees them. */
  #pass(seconds: number): void {
    for (let left = seconds; left > 0; ) {
      fill(this.#capacities, this.#twins);
      const next = timeToNextFinish(this.#twins);
      if (next === none && left === none) return;
      const stride = Math.min(left, next + past * (1 + this.#sim.now));
      progress(this.#twins, stride);
      this.#sim.run(this.#sim.now + stride);
      left -= stride;
      for (const twin of this.#twins) {
        if (this.#done.includes(twin.flow)) {
          assert.ok(twin.remaining <= relative * Math.max(1, twin.bytes), "done too early");
          assert.is(twin.flow.remaining, 0);
          twin.remaining = 0;
          this.#leave(twin);
          this.finishes++;
        } else if (twin.remaining === 0) {
          // A slow flow may need a moment more for the last rounding error of its bytes.
          assert.ok(twin.flow.remaining <= relative * twin.bytes, "done too late");
          twin.remaining = twin.flow.remaining;
        }
      }
      this.#done = [];
      this.#check();
    }
  }

  /** The laws of max-min fairness, and equality with progressive filling from scratch. */
  #check(): void {
    fill(this.#capacities, this.#twins);
    for (const twin of this.#twins) {
      const { flow } = twin;
      assert.ok(close(flow.rate, twin.rate), `rate ${flow.rate}, by the reference ${twin.rate}`);
      assert.ok(
        close(flow.remaining, twin.remaining),
        `remaining ${flow.remaining}, by the reference ${twin.remaining}`,
      );
      assert.ok(close(flow.rate, flow.cap) || this.#hasBottleneck(twin), "a flow below its cap has no bottleneck");
    }
    for (const [i, link] of this.#links.entries()) {
      assert.ok(link.load <= link.capacity * (1 + relative), `link ${i} is above its capacity`);
      assert.ok(close(link.load, this.#load(i)), `load of link ${i}`);
      assert.is(link.flows, this.#twins.filter((twin) => twin.over.has(i)).length);
    }
  }

  #load(link: number): number {
    return this.#twins.reduce((sum, { flow, over }) => sum + flow.rate * (over.get(link) ?? 0), 0);
  }

  /** A full link on which nobody has a higher rate per weight. */
  #hasBottleneck({ flow, over }: Twin): boolean {
    return [...over.keys()].some(
      (link) =>
        close(this.#load(link), this.#capacities[link]!) &&
        this.#twins.every(
          (other) =>
            !other.over.has(link) ||
            other.flow.rate / other.flow.weight <= (flow.rate / flow.weight) * (1 + relative) + relative,
        ),
    );
  }
}

function close(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= relative * Math.max(1, Math.abs(a), Math.abs(b));
}

test("whatever starts, ends, fails or changes: links hold, flows have a bottleneck, bytes arrive, as in the plain reference", () => {
  let finishes = 0;
  fc.assert(
    fc.property(program, ({ capacities, steps }) => {
      const comparison = new Comparison(capacities);
      comparison.run(steps);
      finishes += comparison.finishes;
    }),
    { seed: 20_261, numRuns: 200 },
  );
  assert.ok(finishes > 1000);
});

test("a closed network of many flows has the finish times of the reference over a thousand finishes", () => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const hosts = 16;
  const capacities = Array.from({ length: 2 * hosts }, (_, link) => 1 + (link % 3));
  const links = capacities.map((capacity) => net.link(capacity));
  let state = 1;
  const draw = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  const twins: ReferenceFlow[] = [];
  const times: number[] = [];
  const start = (at: number): void => {
    const from = Math.floor(draw() * hosts);
    const to = hosts + ((from + 1 + Math.floor(draw() * (hosts - 1))) % hosts);
    const bytes = -10 * Math.log(draw());
    net.transfer({
      bytes,
      over: [links[from]!, links[to]!],
      onDone: () => {
        times.push(sim.now);
        if (times.length < 1000) start(at);
      },
    });
    twins[at] = {
      over: new Map([
        [from, 1],
        [to, 1],
      ]),
      remaining: bytes,
      weight: 1,
      cap: none,
      rate: 0,
    };
  };
  for (let i = 0; i < 60; i++) start(i);
  // The network runs ahead by one finish; the reference follows with the flows as they were before it.
  let now = 0;
  while (times.length < 1000) {
    const before = [...twins];
    fill(capacities, before);
    const seconds = timeToNextFinish(before);
    progress(before, seconds);
    now += seconds;
    const known = times.length;
    while (times.length === known) sim.step();
    assert.ok(Math.abs(sim.now - now) <= relative * now, `finish ${known}: ${sim.now}, by the reference ${now}`);
    const [gone] = before.filter((twin) => !twins.includes(twin) || times.length === 1000);
    assert.ok(gone!.remaining <= relative || times.length === 1000, "the one that the reference has done");
  }
});

test.run();
