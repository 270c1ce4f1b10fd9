import { Interrupt, PreemptiveResource, type Process, Simulation, type SimulationOptions, Streams } from "../index.ts";
import { isMain } from "./is-main.ts";
import type { RandomSource } from "./random-source.ts";

/** What a machine did in four weeks. */
export interface MachineRecord {
  readonly machine: number;
  parts: number;
  failures: number;
}

/** The shop after four weeks. */
export interface ShopRecord {
  readonly machines: readonly MachineRecord[];
  /** Other jobs that the repairer finished. */
  readonly otherJobs: number;
}

const MACHINES = 10;
const PART_TIME = [10, 2] as const;
const MEAN_TIME_TO_FAILURE = 300;
const REPAIR_TIME = 30;
const JOB_TIME = 30;
const REPAIR = { priority: 1 };
const OTHER_JOB = { priority: 2 };
const FOUR_WEEKS = 4 * 7 * 24 * 60;

/**
 * Ten machines make parts and break down; one repairer mends them and does other jobs in between, which wait while a
 * machine is down. Times in minutes. Shows: interrupts, and preemption with resumption of the work that is left.
 */
export function machineShop(random: RandomSource, options: SimulationOptions = {}): ShopRecord {
  const sim = new Simulation(options);
  const repairer = new PreemptiveResource(sim, { capacity: 1 });
  const machines: MachineRecord[] = [];
  let otherJobs = 0;

  /** A normal deviate may be negative, a duration may not: draw again. */
  const partTime = (): number => {
    for (;;) {
      const time = random.normal(...PART_TIME);
      if (time > 0) return time;
    }
  };

  const buildMachine = (number: number): MachineRecord => {
    const record: MachineRecord = { machine: number, parts: 0, failures: 0 };
    let broken = false;

    function* repair(): Process {
      broken = true;
      record.failures++;
      using turn = repairer.request(REPAIR);
      yield* turn;
      yield REPAIR_TIME;
      broken = false;
    }

    function* working(): Process {
      for (;;) {
        for (let left = partTime(); left > 0; ) {
          const start = sim.now;
          try {
            yield left;
            left = 0;
          } catch (error) {
            if (!(error instanceof Interrupt)) throw error;
            left -= sim.now - start;
            yield* repair();
          }
        }
        record.parts++;
      }
    }
    const work = sim.process(working(), `machine ${number}`);

    function* breaking(): Process {
      for (;;) {
        yield random.exponential(MEAN_TIME_TO_FAILURE);
        if (!broken) work.interrupt("failure");
      }
    }
    sim.process(breaking(), `failures of machine ${number}`);
    return record;
  };

  function* doingOtherJobs(): Process {
    for (;;) {
      for (let left = JOB_TIME; left > 0; ) {
        using turn = repairer.request(OTHER_JOB);
        yield* turn;
        const start = sim.now;
        try {
          yield left;
          left = 0;
        } catch (error) {
          if (!(error instanceof Interrupt)) throw error;
          left -= sim.now - start;
        }
      }
      otherJobs++;
    }
  }

  for (let number = 0; number < MACHINES; number++) machines.push(buildMachine(number));
  sim.process(doingOtherJobs(), "other jobs");
  sim.run(FOUR_WEEKS);
  return { machines, otherJobs };
}

if (isMain(import.meta.url)) {
  const { machines, otherJobs } = machineShop(new Streams(42).get("machine shop"));
  for (const { machine, parts, failures } of machines) {
    console.log(`machine ${machine} made ${parts} parts and broke ${failures} times`);
  }
  console.log(`the repairer finished ${otherJobs} other jobs`);
}
