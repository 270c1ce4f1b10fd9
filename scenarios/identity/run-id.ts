import { createHash } from "node:crypto";
import type { Scenario } from "../scenario.ts";
import { Canonical } from "./canonical.ts";

/** Counts the changes of what a resolved scenario means. */
export const schemaVersion = 1;

/** What tells runs apart: 16 hexadecimal digits of a hash of all that their figures depend on. */
export type RunId = string;

/**
 * The identity of a point: what it is made of, and by which code. Where a policy's module lies is no part of it.
 *
 * @param canonical the same for many points, so that what they share is written once
 */
export const pointId = (scenario: Scenario, seed: number, code: string, canonical = new Canonical()): string => {
  return digest(canonical.text({ schema: schemaVersion, code, seed, scenario: placeless(scenario) }));
};

export const runId = (point: string, replication: number): RunId => digest(`${point}:${replication}`);

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** What a scenario says, without its name, without paths of a machine, and without code that its hash stands for. */
export const placeless = (scenario: Scenario): object => {
  const { name: _, ...given } = scenario as { readonly name?: string };
  const policy = (given as { readonly policy?: unknown }).policy;
  if (typeof policy !== "object" || policy === null || !("program" in policy)) return given;
  const { program, options } = policy as { readonly program: { readonly sha256: string }; readonly options: unknown };
  return { ...given, policy: { program: program.sha256, options } };
};
