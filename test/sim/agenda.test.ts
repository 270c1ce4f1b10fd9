import { test } from "uvu";
import * as assert from "uvu/assert";
import { Agenda, type Occurrence } from "../../sim/agenda.ts";
import { Ladder } from "../../sim/ladder.ts";
import { Ring } from "../../sim/ring.ts";
import { Streams } from "../../sim/streams.ts";

/** A ladder beside a sorted array that is obviously right. */
class Compared {
  readonly ladder = new Ladder<number>();
  readonly #sorted: { readonly time: number; readonly item: number; readonly slot: number }[] = [];
  now = 0;
  #items = 0;

  get size(): number {
    return this.#sorted.length;
  }

  push(time: number): void {
    const item = this.#items++;
    const slot = this.ladder.push(time, item);
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]!.time <= time) low = middle + 1;
      else high = middle;
    }
    this.#sorted.splice(low, 0, { time, item, slot });
  }

  cancel(index: number): void {
    const [entry] = this.#sorted.splice(index, 1);
    this.ladder.cancel(entry!.slot);
  }

  peek(): void {
    const expected = this.#sorted[0]?.time ?? Number.POSITIVE_INFINITY;
    if (this.ladder.peek() !== expected) throw new Error(`peek: ${this.ladder.peek()} instead of ${expected}`);
  }

  pop(): void {
    this.peek();
    const entry = this.#sorted.shift()!;
    const item = this.ladder.pop();
    if (item !== entry.item) throw new Error(`pop: ${item} instead of ${entry.item} at ${entry.time}`);
    this.now = entry.time;
    if (this.ladder.size !== this.size) throw new Error("size");
  }
}

type Law = (uniform: () => number, now: number) => number;

/** How long after now an entry is due. */
const laws: Readonly<Record<string, Law>> = {
  exponential: (u) => -Math.log(1 - u()),
  "bimodal, near or very far": (u) => (u() < 0.9 ? u() : 1e6 + 1e6 * u()),
  "whole numbers, mostly ties": (u) => 1 + Math.floor(5 * u()),
  "always the same": () => 1,
  "over 30 orders of magnitude": (u) => 10 ** (30 * u() - 15),
  "near the resolution of the clock": (u, now) => now * 2 ** -52 * Math.ceil(4 * u()) + Number.MIN_VALUE,
  "one instant in the far future": (u, now) => (u() < 0.5 ? 1e9 - now : u()),
  "clusters of equal times": (u, now) => Math.floor(10 * u()) + 1 - (now % 1),
};

for (const [name, law] of Object.entries(laws)) {
  test(`the agenda's ladder agrees with a sorted array: ${name}`, () => {
    for (let seed = 1; seed <= 8; seed++) {
      const stream = new Streams(seed).get(name);
      const uniform = () => stream.next();
      const both = new Compared();
      // The queue grows, stays and shrinks, from a handful to thousands of entries.
      for (const [steps, grow] of [
        [3000, 0.9],
        [3000, 0.5],
        [2000, 0.2],
        [1000, 0.95],
        [4000, 0.3],
      ] as const) {
        for (let step = 0; step < steps; step++) {
          const draw = uniform();
          if (draw < grow || both.size === 0) both.push(both.now + law(uniform, both.now));
          else both.pop();
          if (both.size > 0 && uniform() < 0.1) both.cancel(Math.floor(uniform() * both.size));
          if (uniform() < 0.05) both.peek();
        }
      }
      while (both.size > 0) both.pop();
      both.peek();
    }
  });
}

test("an entry that comes while an instant is being served is served after those of its time that came before", () => {
  const both = new Compared();
  for (let i = 0; i < 1000; i++) both.push(10);
  for (let i = 0; i < 100; i++) {
    both.peek();
    both.push(10);
    both.push(5 + i / 100);
  }
  while (both.size > 0) both.pop();
});

test("a hundred thousand entries of one time cost no more than as many of different times", () => {
  // Inserting into a sorted array would take 10^10 / 2 moves: the run would not end within the limit of a test file.
  const ladder = new Ladder<number>();
  ladder.push(1, -1);
  ladder.push(4, 0);
  ladder.peek();
  for (let item = 1; item < 100_000; item++) ladder.push(4, item);
  ladder.peek();
  ladder.pop();
  for (let item = 0; item < 100_000; item++) {
    if (ladder.peek() !== 4 || ladder.pop() !== item) throw new Error(`${item} came out of turn`);
  }
  assert.is(ladder.peek(), Number.POSITIVE_INFINITY);
});

test("cancelled entries never outnumber the live ones by more than a constant", () => {
  const ladder = new Ladder<number>();
  const slots = Array.from({ length: 1000 }, (_, item) => ladder.push(1 + item, item));
  for (let round = 0; round < 1_000_000; round++) {
    const at = round % slots.length;
    ladder.cancel(slots[at]!);
    slots[at] = ladder.push(1 + ((round * 7919) % 100_003), at);
    if (ladder.footprint > 2 * ladder.size + 64) throw new Error(`${ladder.footprint} entries for ${ladder.size}`);
  }
  assert.is(ladder.size, 1000);
});

test("a ring keeps its order when it grows, and withdrawn entries leave a gap that can be skipped", () => {
  const ring = new Ring<number>();
  for (let i = 0; i < 40; i++) ring.push(i);
  for (let i = 0; i < 40; i++) assert.is(ring.shift(), i);
  const places = Array.from({ length: 1000 }, (_, i) => ring.push(i));
  for (let i = 0; i < 10; i++) ring.withdraw(places[i]!);
  ring.withdraw(places[500]!);
  assert.ok(ring.skipWithdrawn());
  for (let i = 10; i < 1000; i++) assert.is(ring.shift(), i === 500 ? null : i);
  assert.ok(ring.isEmpty);
  assert.not(ring.skipWithdrawn());
});

const recorder = (trail: string[]) => (name: string) => ({ occur: () => trail.push(name) }) satisfies Occurrence;

test("at one instant come the urgent, then what was scheduled earlier for it, then the rest, then its closings", () => {
  const agenda = new Agenda(0);
  const trail: string[] = [];
  const named = recorder(trail);
  agenda.schedule(named("scheduled before"), 1);
  agenda.schedule({ occur: () => trail.push("first") }, 1);
  agenda.next(2)?.occur();
  agenda.scheduleClosing(named("closing"));
  agenda.schedule(named("normal"), 0);
  agenda.scheduleNow(named("normal too"));
  agenda.scheduleUrgent(named("urgent"));
  for (let next = agenda.next(2); next !== null; next = agenda.next(2)) next.occur();
  assert.equal(trail, ["scheduled before", "urgent", "first", "normal", "normal too", "closing"]);
  assert.is(agenda.now, 1);
});

test("a delay too small to move the clock is no delay", () => {
  const agenda = new Agenda(1e17);
  agenda.schedule({ occur: () => {} }, 1);
  assert.is(agenda.peek(), 1e17);
  assert.is(agenda.footprint, 0);
});

test("what is withdrawn does not happen, wherever it stands, and the clock does not move for it", () => {
  const agenda = new Agenda(0);
  const trail: string[] = [];
  const named = recorder(trail);
  const places = [
    agenda.schedule(named("later"), 5),
    agenda.scheduleNow(named("now")),
    agenda.scheduleUrgent(named("urgent")),
    agenda.schedule(named("never"), Number.POSITIVE_INFINITY),
  ];
  for (const place of places) agenda.withdraw(place);
  assert.is(agenda.peek(), Number.POSITIVE_INFINITY);
  assert.is(agenda.next(10), null);
  assert.is(agenda.now, 0);
  assert.equal(trail, []);
});

test.run();
