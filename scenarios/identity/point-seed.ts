import { createHash } from "node:crypto";
import type { Scenario } from "../scenario.ts";
import { Canonical } from "./canonical.ts";
import { placeless } from "./run-id.ts";

/** Whether the points of a sweep share their random numbers, which tells them apart with few runs, or have their own. */
export type Seeds = "common" | "independent";

/** The seed of a point: that of the scenario, or one that is drawn from it by what the point is made of. */
export const pointSeed = (scenario: Scenario, seed: number, seeds: Seeds): number => {
  if (seeds === "common") return seed;
  const hash = createHash("sha256").update(new Canonical().text({ seed, scenario: placeless(scenario) }));
  return hash.digest().readUIntBE(0, 6);
};
