import type { RollbackPlan, SnapshotPlan, StoragePlan } from "../scenario.ts";

/** What a policy may choose anew for each cycle or rollback; all else is built into the machines of the run. */
const snapshotChoices = ["interval", "maxInFlight"] as const satisfies readonly (keyof SnapshotPlan)[];
const rollbackChoices = ["placement", "unreachable"] as const satisfies readonly (keyof RollbackPlan)[];

/** Why a policy cannot have this plan for a snapshot where the scenario says `given`; undefined if it can. */
export const snapshotObjection = (plan: SnapshotPlan, given: SnapshotPlan): string | undefined => {
  const { interval, maxInFlight } = plan;
  if (!(interval >= 1e-3 && interval < Infinity)) return `asks for an interval of ${interval} s; the least is 1 ms`;
  if (!(Number.isSafeInteger(maxInFlight) && maxInFlight >= 1)) return `asks for ${maxInFlight} snapshots in flight`;
  return changes("snapshot", plan, given, snapshotChoices);
};

/** Why a policy cannot have this plan for its copies; undefined if it can. */
export const storageObjection = (plan: StoragePlan, given: StoragePlan): string | undefined =>
  changes("storage", plan, given, []);

/** Why a policy cannot have this plan for a rollback; undefined if it can. */
export const rollbackObjection = (plan: RollbackPlan, given: RollbackPlan): string | undefined =>
  changes("rollback", plan, given, rollbackChoices);

const changes = (name: string, plan: object, given: object, choices: readonly string[]): string | undefined => {
  const asked = new Map<string, unknown>(Object.entries(plan));
  const known = new Map<string, unknown>(Object.entries(given));
  const changed = [...new Set([...asked.keys(), ...known.keys()])].filter(
    (key) => !choices.includes(key) && asked.get(key) !== known.get(key),
  );
  const left = choices.length === 0 ? "nothing there is its choice" : `its choice are ${choices.join(" and ")}`;
  return changed.length === 0 ? undefined : `changes ${changed.map((key) => `${name}.${key}`).join(", ")}; ${left}`;
};
