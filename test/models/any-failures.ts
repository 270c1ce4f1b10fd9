import fc from "fast-check";
import { type FailureSpec, noFailures, type Outage, type ShockSpec } from "../../models/failures/failure-spec.ts";
import type { SilentErrors } from "../../models/failures/silent-errors.ts";

/** What there is to fail. */
export interface Centre {
  readonly racks: number;
  readonly hostsPerRack: number;
  readonly vms: number;
}

/** Up to `maxLength` outages of some components; short, long, at one instant, and for ever. */
export const outages = (
  components: number,
  horizon: number,
  maxLength: number,
  fate: fc.Arbitrary<boolean>,
): fc.Arbitrary<Outage[]> =>
  fc.array(
    fc
      .record({
        component: fc.integer({ min: 0, max: components - 1 }),
        start: fc.oneof(fc.double({ min: 0, max: horizon, noNaN: true }), fc.integer({ min: 0, max: horizon })),
        length: fc.oneof(
          fc.constantFrom(0, 1, 40, Number.POSITIVE_INFINITY),
          fc.double({ min: 0, max: 300, noNaN: true }),
        ),
        permanent: fate,
      })
      .map(({ component, start, length, permanent }) => ({ component, start, end: start + length, permanent })),
    { maxLength },
  );

/** Lists of outages of everything in a data centre, and shocks. */
export const anyFailures = ({ racks, hostsPerRack, vms }: Centre, horizon: number): fc.Arbitrary<FailureSpec> => {
  const hosts = racks * hostsPerRack;
  const listed = (...list: Parameters<typeof outages>) =>
    outages(...list).map((found) => ({ kind: "times", outages: found }) as const);
  const shock: fc.Arbitrary<ShockSpec> = fc.record({
    name: fc.constant("shock"),
    strikes: fc
      .array(fc.double({ min: 0, max: horizon, noNaN: true }), { maxLength: 2 })
      .map((times) => ({ kind: "times", times }) as const),
    takes: fc.constantFrom(
      { kind: "all" } as const,
      { kind: "hosts", hosts: [0] } as const,
      { kind: "random", count: Math.min(2, hosts) } as const,
    ),
    probability: fc.constantFrom(0.3, 1),
    within: fc.constantFrom(0, 20),
    repair: fc.constantFrom({ law: "deterministic", value: 60 } as const, { law: "deterministic", value: 1 } as const),
    permanent: fc.constantFrom(0, 0.5),
  });
  const never = fc.constant(false);
  const silent = (mean: number): fc.Arbitrary<SilentErrors> =>
    fc.constantFrom({ kind: "none" }, { kind: "none" }, { kind: "law", time: { law: "exponential", mean } });
  return fc.record({
    host: listed(hosts, horizon, 4, fc.boolean()),
    vm: listed(vms, horizon, 3, never),
    disk: listed(hosts, horizon, 3, fc.constant(true)),
    slowDisk: listed(hosts, horizon, 3, never),
    slowDiskRate: fc.constantFrom(1, 0.5, 0.01),
    rack: listed(racks, horizon, 2, fc.boolean()),
    uplink: listed(racks, horizon, 2, never),
    store: listed(1, horizon, 2, never),
    renewal: fc.constant(noFailures.renewal),
    latentErrors: silent(horizon),
    corruption: silent(2 * horizon),
    shocks: fc.array(shock, { maxLength: 1 }),
  });
};
