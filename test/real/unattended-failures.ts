import { RealFailures } from "../../real/replay/real-failures.ts";

type Parts = ConstructorParameters<typeof RealFailures>[0];

/** What a scenario lets fail on hosts without guests and without cables, and what went wrong in that. */
export const unattendedFailures = (
  stage: Pick<Parts, "scenario" | "events" | "hosts" | "cluster" | "store">,
): { readonly failures: RealFailures; readonly errors: readonly unknown[] } => {
  const errors: unknown[] = [];
  const parts = {
    ...{ ...stage, latent: undefined, meter: undefined, fabric: { plug: async () => {} } },
    interrupt: () => errors.push("a guest is missed"),
  };
  return { failures: new RealFailures(parts, (error) => errors.push(error)), errors };
};
