import {
  type Body,
  type Core,
  type CoreClaim,
  type CoreEvent,
  type CoreProcess,
  type CoreRequest,
  nameOf,
} from "./core-adapters.ts";
import { type Action, type ClaimSpec, EVENTS, type Operand, type Program, type Step } from "./random-program.ts";

/** Leaves the body of a process from within nested steps. */
class Return {}

/** Runs `program` on `core` and tells everything that could be observed, in order. */
export function runProgram(program: Program, core: Core): string[] {
  return new Run(program, core).trail;
}

class Run {
  readonly trail: string[] = [];
  readonly #core: Core;
  readonly #names = new Map<unknown, string>([[null, "nobody"]]);
  readonly #processes: CoreProcess[] = [];
  readonly #claims: CoreClaim[] = [];
  readonly #events;
  readonly #resources;
  readonly #tanks;
  readonly #shelves;
  readonly #timers;

  constructor(program: Program, core: Core) {
    this.#core = core;
    this.#events = Array.from({ length: EVENTS }, () => core.event());
    this.#resources = program.resources.map(({ kind, capacity }) => core.resource(kind, capacity));
    this.#tanks = program.tanks.map(({ capacity, level }) => core.container(capacity, level));
    this.#shelves = program.shelves.map(({ kind, capacity }) => core.store(kind, capacity));
    this.#timers = program.timers.map((action, index) => {
      let left = 5;
      return core.timer(() => {
        this.#tell(`timer ${index}`, "goes off");
        if (left-- > 0) this.#act(`timer ${index}`, action);
      });
    });
    for (const [index, { stubborn, steps }] of program.processes.entries()) {
      this.#start(`p${index}`, (name) => this.#life(name, steps, stubborn));
    }
    for (const pause of program.pauses) this.#run(core.now + pause, program.bySteps);
    this.#run(Number.POSITIVE_INFINITY, program.bySteps);
  }

  #tell(who: string, what: string): void {
    this.trail.push(`${this.#core.now} ${who} ${what}`);
  }

  #run(until: number, bySteps: boolean): void {
    const core = this.#core;
    for (;;) {
      try {
        if (bySteps) while (core.peek() < until) core.step();
        else core.run(until);
        break;
      } catch (error) {
        const cause = (error as Error).cause;
        this.#tell("run", `throws ${nameOf(error)} of ${this.#errorWords(cause)}`);
      }
    }
    const marks = (event: CoreEvent) =>
      `${event.triggered ? "T" : ""}${event.processed ? "P" : ""}${event.ok ? "" : "-"}`;
    const alive = this.#processes.map((process) => (process.isAlive ? "alive" : marks(process)));
    this.#tell(
      `until ${until} next ${core.peek()}`,
      [
        `processes ${alive}`,
        `events ${this.#events.map(marks)}`,
        `claims ${this.#claims.map(marks)}`,
        `users ${this.#resources.map((resource) => `${resource.users.length}+${resource.queue.length}`)}`,
        `levels ${this.#tanks.map((tank) => tank.level)}`,
        `items ${this.#shelves.map((shelf) => shelf.items.join())}`,
      ].join("; "),
    );
  }

  #start(name: string, life: (name: string) => Body): CoreProcess {
    const process = this.#core.process(life(name));
    this.#names.set(process, name);
    this.#processes.push(process);
    return process;
  }

  *#life(name: string, steps: readonly Step[], stubborn: boolean): Body {
    this.#tell(name, "starts");
    for (const step of steps) {
      try {
        yield* this.#perform(name, [step]);
      } catch (error) {
        this.#tell(name, `meets ${this.#errorWords(error)}`);
        if (error instanceof Return) break;
        if (!stubborn) throw error;
      }
    }
    this.#tell(name, "ends");
    return `value of ${name}`;
  }

  *#perform(name: string, steps: readonly Step[]): Body {
    for (const step of steps) {
      switch (step.do) {
        case "wait":
          this.#tell(name, `gets ${String(yield step.delay)} after ${step.delay}`);
          break;
        case "await": {
          const event = this.#operand(step.what);
          const value = step.plainly ? yield event : yield* event;
          this.#tell(name, `gets ${this.#valueWords(step.what, event, value)}`);
          break;
        }
        case "spawn":
          yield* this.#spawn(name, step.body, step.join);
          break;
        case "claim":
          this.#claim(step.claim);
          break;
        case "use":
          yield* this.#use(name, step.claim, step.patience, step.body);
          break;
        case "guard":
          try {
            yield* this.#perform(name, step.body);
          } catch (error) {
            if (error instanceof Return) throw error;
            this.#tell(name, `catches ${this.#errorWords(error)}`);
          } finally {
            this.#tell(name, "cleans up");
            yield* this.#perform(name, step.finally);
          }
          break;
        case "repeat":
          for (let i = 0; i < 3; i++) yield* this.#perform(name, step.body);
          break;
        case "throw":
          throw new Error(`error of ${name}`);
        case "return":
          throw new Return();
        case "nonsense":
          yield "nonsense";
          break;
        default:
          this.#act(name, step);
      }
    }
    return undefined;
  }

  *#spawn(name: string, body: readonly Step[], join: boolean): Body {
    const child = this.#start(`${name}.${this.#processes.length}`, (own) => this.#life(own, body, false));
    if (join) this.#tell(name, `joins ${String(yield* child)}`);
    return undefined;
  }

  *#use(name: string, spec: ClaimSpec, patience: number | null, body: readonly Step[]): Body {
    using claim = this.#claim(spec);
    if (patience === null) {
      this.#tell(name, `has ${spec.kind} ${String(yield* claim)}`);
    } else {
      const first = yield* this.#core.anyOf([claim, this.#core.timeout(patience, "patience")]);
      if (!(first as Set<unknown>).has(claim)) {
        this.#tell(name, `leaves ${spec.kind}`);
        return undefined;
      }
      this.#tell(name, `has ${spec.kind} in time`);
    }
    yield* this.#perform(name, body);
    this.#tell(name, `gives back ${spec.kind}`);
    return undefined;
  }

  #claim(spec: ClaimSpec): CoreClaim {
    const made = this.#makeClaim(spec);
    this.#claims.push(made);
    return made;
  }

  #makeClaim(spec: ClaimSpec): CoreClaim {
    switch (spec.kind) {
      case "request":
        return pick(this.#resources, spec.which).request(spec);
      case "put":
      case "get":
        return pick(this.#tanks, spec.which)[spec.kind](spec.amount);
      case "store":
        return pick(this.#shelves, spec.which).put(spec.item);
      case "fetch":
        return pick(this.#shelves, spec.which).get((item) => item % 2 === spec.item % 2);
    }
  }

  #operand(operand: Operand): CoreEvent {
    switch (operand.kind) {
      case "timeout":
        return this.#core.timeout(operand.delay, "time");
      case "event":
        return pick(this.#events, operand.which);
      case "process":
        return pick(this.#processes, operand.which);
      case "claim":
        return this.#claims.length > 0 ? pick(this.#claims, operand.which) : pick(this.#events, operand.which);
      case "anyOf":
      case "allOf":
        return this.#core[operand.kind](operand.of.map((part) => this.#operand(part)));
    }
  }

  #act(name: string, action: Action): void {
    try {
      this.#tell(name, this.#do(name, action));
    } catch (error) {
      this.#tell(name, `cannot ${action.do}: ${this.#errorWords(error)}`);
    }
  }

  #do(name: string, action: Action): string {
    const { which } = action;
    switch (action.do) {
      case "interrupt":
      case "kill": {
        const victim = pick(this.#processes, which);
        if (action.do === "kill") victim.kill();
        else victim.interrupt(`word of ${name}`);
        return `${action.do}s ${this.#names.get(victim)}`;
      }
      case "succeed":
        pick(this.#events, which).succeed(`event of ${name}`);
        return `triggers ${which % EVENTS}`;
      case "fail":
        pick(this.#events, which).fail(new Error(`failure of ${name}`));
        return `fails ${which % EVENTS}`;
      case "arm":
        pick(this.#timers, which).arm(action.delay);
        return "arms";
      case "disarm":
        pick(this.#timers, which).cancel();
        return "disarms";
      case "cancel":
      case "release": {
        if (this.#claims.length === 0) return `has nothing to ${action.do}`;
        const claim = pick(this.#claims, which) as CoreClaim & Partial<CoreRequest>;
        if (action.do === "release" && claim.release !== undefined) claim.release();
        else claim.cancel();
        return `${action.do}s claim ${which % this.#claims.length}`;
      }
    }
  }

  #valueWords(operand: Operand, event: CoreEvent, value: unknown): string {
    if (operand.kind !== "anyOf" && operand.kind !== "allOf") return String(value);
    const has = (other: CoreEvent) => ((value as Set<unknown>).has(other) ? "+" : "-");
    const parts = [...this.#events, ...this.#processes, ...this.#claims].map(has).join("");
    return `${operand.kind} ${parts} ${event.ok}`;
  }

  #errorWords(error: unknown): string {
    const interruption = this.#core.interruption(error);
    if (interruption?.kind === "call") return `Interrupt by ${String(interruption.cause)}`;
    if (interruption !== undefined) {
      return `Preemption by ${this.#names.get(interruption.by) ?? "unknown"}, since ${interruption.since}`;
    }
    if (error instanceof Return) return "Return";
    const { name, message } = error as Error;
    return name === "Error" ? message : name;
  }
}

const pick = <T>(items: readonly T[], which: number): T => items[which % items.length] as T;
