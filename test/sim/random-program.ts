import * as fc from "fast-check";
import type { ResourceKind, StoreKind } from "./core-adapters.ts";

/** Something to be waited for. Numbers choose among what there is, counted modulo. */
export type Operand =
  | { readonly kind: "timeout"; readonly delay: number }
  | { readonly kind: "event" | "process" | "claim"; readonly which: number }
  | { readonly kind: "anyOf" | "allOf"; readonly of: readonly Operand[] };

/** Something that stands in a queue. */
export type ClaimSpec =
  | { readonly kind: "request"; readonly which: number; readonly priority: number; readonly preempt: boolean }
  | { readonly kind: "put" | "get"; readonly which: number; readonly amount: number }
  | { readonly kind: "store" | "fetch"; readonly which: number; readonly item: number };

/** What can be done without waiting: by a process, and by a timer. */
export type Action =
  | { readonly do: "interrupt" | "kill" | "succeed" | "fail" | "cancel" | "release" | "disarm"; readonly which: number }
  | { readonly do: "arm"; readonly which: number; readonly delay: number };

export type Step =
  | Action
  | { readonly do: "wait"; readonly delay: number }
  | { readonly do: "await"; readonly what: Operand; readonly plainly: boolean }
  | { readonly do: "spawn"; readonly body: readonly Step[]; readonly join: boolean }
  | { readonly do: "claim"; readonly claim: ClaimSpec }
  | {
      /** Claims, waits no longer than `patience`, does `body` if it was granted, and gives it back or gives it up. */
      readonly do: "use";
      readonly claim: ClaimSpec;
      readonly patience: number | null;
      readonly body: readonly Step[];
    }
  | { readonly do: "guard"; readonly body: readonly Step[]; readonly finally: readonly Step[] }
  | { readonly do: "repeat"; readonly body: readonly Step[] }
  | { readonly do: "throw" | "return" | "nonsense" };

export interface ProgramProcess {
  /** Whether it goes on with its next step after an error that it did not guard against. */
  readonly stubborn: boolean;
  readonly steps: readonly Step[];
}

/** A random program: what there is, who does what, and until when it is run. */
export interface Program {
  readonly resources: readonly { readonly kind: ResourceKind; readonly capacity: number }[];
  readonly tanks: readonly { readonly capacity: number; readonly level: number }[];
  readonly shelves: readonly { readonly kind: StoreKind; readonly capacity: number }[];
  readonly timers: readonly Action[];
  readonly processes: readonly ProgramProcess[];
  readonly pauses: readonly number[];
  /** Whether the core is driven by `step` and `peek` instead of `run`. */
  readonly bySteps: boolean;
}

export const EVENTS = 4;

/** `fc.oneof` with weights, for shapes that together make up `T`. */
const among = <T>(...choices: readonly (readonly [number, fc.Arbitrary<T>])[]): fc.Arbitrary<T> =>
  fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
const list = <T>(item: fc.Arbitrary<T>, minLength: number, maxLength: number): fc.Arbitrary<T[]> =>
  fc.array(item, { minLength, maxLength, size: "max" });
const one = <const T>(value: T): fc.Arbitrary<T> => fc.constant(value);

const which = fc.nat(11);
// Few different delays, so that much happens at the same instant; sums of tenths collide only almost.
const delay = fc.constantFrom(0, 0, 1, 1, 1, 2, 2, 3, 5, 0.5, 0.1, 0.2, 0.30000000000000004);
const oddDelay = fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -1, Number.NaN);
const priority = fc.nat(2);
const amount = fc.constantFrom(1, 1, 2, 3);

const request = fc.record({ kind: one("request"), which, priority, preempt: fc.boolean() });
const claim = among<ClaimSpec>(
  [4, request],
  [2, fc.record({ kind: fc.constantFrom("put", "get"), which, amount })],
  [2, fc.record({ kind: fc.constantFrom("store", "fetch"), which, item: fc.nat(5) })],
);

const action = among<Action>(
  [7, fc.record({ do: fc.constantFrom("interrupt", "interrupt", "interrupt", "kill"), which })],
  [6, fc.record({ do: fc.constantFrom("succeed", "succeed", "fail", "cancel", "release", "disarm"), which })],
  [4, fc.record({ do: one("arm"), which, delay })],
);

const simpleOperand = among<Operand>(
  [2, fc.record({ kind: one("timeout"), delay })],
  [4, fc.record({ kind: fc.constantFrom("event", "process", "claim"), which })],
);
const condition = (part: fc.Arbitrary<Operand>): fc.Arbitrary<Operand> =>
  fc.record({ kind: fc.constantFrom("anyOf", "allOf"), of: list(part, 1, 3) });
const operand = among<Operand>(
  [3, simpleOperand],
  [3, condition(among<Operand>([4, simpleOperand], [1, condition(simpleOperand)]))],
);

const simpleStep = among<Step>(
  [8, fc.record({ do: one("wait"), delay })],
  [6, action],
  [4, fc.record({ do: one("await"), what: operand, plainly: fc.boolean() })],
  [2, fc.record({ do: one("claim"), claim })],
  [1, fc.record({ do: fc.constantFrom("throw", "return", "nonsense") })],
  [1, fc.record({ do: one("wait"), delay: oddDelay })],
);

/** Steps that contain others, up to `depth` deep. */
const step = (depth: number): fc.Arbitrary<Step> => {
  if (depth === 0) return simpleStep;
  const body = list(step(depth - 1), 1, 4);
  const patience = fc.option(delay, { freq: 3 });
  return among<Step>(
    [10, simpleStep],
    [4, fc.record({ do: one("use"), claim: request, patience: one(null), body })],
    [4, fc.record({ do: one("use"), claim, patience, body })],
    [2, fc.record({ do: one("spawn"), body, join: fc.boolean() })],
    [3, fc.record({ do: one("guard"), body, finally: list(step(0), 0, 2) })],
    [1, fc.record({ do: one("repeat"), body })],
  );
};

const capacity = fc.constantFrom(1, 1, 2, 3);

export const program: fc.Arbitrary<Program> = fc.record({
  resources: fc.tuple(
    fc.record({ kind: one("preemptive"), capacity }),
    fc.record({ kind: fc.constantFrom("plain", "priority", "preemptive"), capacity }),
  ),
  tanks: fc.tuple(fc.record({ capacity: one(3), level: fc.nat(3) })),
  shelves: fc.tuple(
    fc.record({ kind: fc.constantFrom("fifo", "priority", "filter"), capacity: fc.constantFrom(1, 2, 9) }),
  ),
  timers: list(action, 3, 3),
  processes: list(fc.record({ stubborn: fc.constantFrom(true, true, false), steps: list(step(2), 1, 5) }), 2, 6),
  pauses: list(delay, 0, 3),
  bySteps: fc.boolean(),
});
