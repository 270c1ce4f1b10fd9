import { test } from "uvu";
import { dataLoss, type RedundantSet } from "../../models/analytic/data-loss.ts";
import { type KOfN, kOfN } from "../../models/analytic/k-of-n.ts";
import { Level, type Process, Resource, Simulation, Streams } from "../../sim/index.ts";
import { referenceCases } from "./reference-values.ts";
import { assertZScores, zScore } from "./z-scores.ts";

// On the core: in a cluster scenario each host is repaired by a crew of its own, and data is lost too seldom.

const seed = new Streams(20261125);
const replicate = <T>(name: string, count: number, run: (streams: Streams) => T): T[] =>
  Array.from({ length: count }, (_, index) => run(seed.split(name).replication(index)));

/** Hosts that fail and wait for a crew, all up at first. */
const start = ({ hosts, needed, mttf, mttr, crews }: KOfN, streams: Streams) => {
  const sim = new Simulation();
  const free = new Resource(sim, { capacity: crews });
  const hostsUp = new Level(sim, hosts);
  const up = new Level(sim, 1);
  const outages = new Level(sim, 0);
  const firstOutage = sim.event<number>();
  const change = (by: number): void => {
    hostsUp.add(by);
    const isUp = hostsUp.value >= needed ? 1 : 0;
    if (isUp < up.value) {
      if (outages.value === 0) firstOutage.succeed(sim.now);
      outages.add(1);
    }
    up.set(isUp);
  };
  function* host(index: number): Process {
    const own = streams.entity(index);
    const [lives, repairs] = [own.get("lives"), own.get("repairs")];
    for (;;) {
      yield lives.exponential(mttf);
      change(-1);
      using turn = free.request();
      yield* turn;
      yield repairs.exponential(mttr);
      change(1);
    }
  }
  for (let index = 0; index < hosts; index++) sim.process(host(index));
  return { sim, hostsUp, up, outages, firstOutage };
};

type Inputs = { readonly [name in "n" | "k" | "MTTF_host" | "MTTR" | "crews"]: number };
const cases = referenceCases<Inputs, Record<string, number>>("kofn").map(({ name, inputs, value }) => ({
  name,
  service: {
    hosts: inputs.n,
    needed: inputs.k,
    mttf: inputs.MTTF_host,
    mttr: inputs.MTTR,
    crews: inputs.crews,
  },
  value,
}));

test("a service on k of n hosts is down, fails and has hosts up as its chain says", () => {
  const [down, failures, hostsUp]: [Record<string, number>, Record<string, number>, Record<string, number>] = [
    {},
    {},
    {},
  ];
  for (const { name, service, value } of cases) {
    // The third service fails once in 40,000 years: there, only its hosts can be counted.
    const rare = value["MTTF_from_all_up"]! > 1e8;
    const warmUp = 20 * service.mttr;
    const duration = rare ? 20_000 : Math.max(2.5 * value["MTTF_from_all_up"]!, 4000);
    const runs = replicate(name, 40, (streams) => {
      const { sim, ...levels } = start(service, streams);
      const areas = () => ({ up: levels.up.area, hosts: levels.hostsUp.area, outages: levels.outages.value });
      sim.run(warmUp);
      const before = areas();
      sim.run(warmUp + duration);
      const after = areas();
      return {
        down: 1 - (after.up - before.up) / duration,
        hosts: (after.hosts - before.hosts) / duration,
        failures: (after.outages - before.outages) / duration,
      };
    });
    const z = (column: keyof (typeof runs)[number], expected: number | undefined): number =>
      zScore(
        runs.map((run) => run[column]),
        expected,
      );
    hostsUp[name] = z("hosts", value["expected_up_hosts"]);
    if (rare) continue;
    down[name] = z("down", kOfN(service).unavailability);
    failures[name] = z("failures", value["failure_frequency"]);
  }
  for (const checks of [down, failures, hostsUp]) assertZScores(checks);
});

test("from all hosts up, the first outage comes after the time to absorption", () => {
  const checks: Record<string, number> = {};
  for (const { name, service, value } of cases) {
    if (value["MTTF_from_all_up"]! > 10_000) continue;
    const times = replicate(`first ${name}`, 150, (streams) => {
      const { sim, firstOutage } = start(service, streams);
      return sim.run(firstOutage);
    });
    checks[name] = zScore(times, value["MTTF_from_all_up"]);
  }
  assertZScores(checks);
});

/** Time until more blocks are lost than the set tolerates, or until its last rebuild meets an unreadable sector. */
const timeToLoss = (set: RedundantSet, streams: Streams): number => {
  const { blocks, tolerates, mttf, repair, repairs, unreadable = 0 } = set;
  const sim = new Simulation();
  const rebuilds = new Resource(sim, { capacity: repairs === "parallel" ? blocks : 1 });
  const gone = sim.event<number>();
  let lost = 0;
  const lose = (): void => {
    if (!gone.triggered) gone.succeed(sim.now);
  };
  function* block(index: number): Process {
    const own = streams.entity(index);
    const [lives, times, sectors] = [own.get("lives"), own.get("rebuilds"), own.get("sectors")];
    for (;;) {
      yield lives.exponential(mttf);
      if (++lost > tolerates) lose();
      using turn = rebuilds.request();
      yield* turn;
      yield times.exponential(repair);
      if (lost === tolerates && sectors.next() < unreadable) lose();
      lost--;
    }
  }
  for (let index = 0; index < blocks; index++) sim.process(block(index));
  return sim.run(gone);
};

test("data is lost after the mean time of its chain, where losses are not too rare to be waited for", () => {
  type Set = {
    readonly n: number;
    readonly tolerates: number;
    readonly MTTF: number;
    readonly mean_repair: number;
    readonly repair: "parallel" | "serial";
    readonly P_UE_per_critical_rebuild?: number;
  };
  const checks: Record<string, number> = {};
  for (const family of ["mttdl", "mttdl-lse"]) {
    for (const { name, inputs } of referenceCases<Set, Record<string, number>>(family)) {
      const { n, tolerates, MTTF, mean_repair, repair, P_UE_per_critical_rebuild: unreadable = 0 } = inputs;
      const set: RedundantSet = { blocks: n, tolerates, mttf: MTTF, repair: mean_repair, repairs: repair, unreadable };
      const { mean } = dataLoss(set);
      if (mean > 100 * MTTF) continue;
      checks[name] = zScore(
        replicate(name, 400, (streams) => timeToLoss(set, streams)),
        mean,
      );
    }
  }
  assertZScores(checks);
});

test.run();
