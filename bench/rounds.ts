import { spawnSync } from "node:child_process";
import type { Outcome, Params } from "./benchmark.ts";

export interface Runner {
  readonly name: string;
  readonly command: readonly string[];
}

const tenMinutes = 600_000;

/**
 * Runs all contenders one after the other, again and again: A B A B …, each in a process of its own, so that a noisy
 * neighbour meets all of them. Answers the outcomes of each runner, by round.
 */
export function interleaved(runners: readonly Runner[], params: Params, rounds: number): Outcome[][] {
  const outcomes: Outcome[][] = runners.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, runner] of runners.entries()) outcomes[i]!.push(once(runner, params));
  return outcomes;
}

function once({ name, command: [program, ...args] }: Runner, params: Params): Outcome {
  const words = [...args, ...Object.entries(params).map(([key, value]) => `${key}=${value}`)];
  const run = spawnSync(program!, words, { encoding: "utf8", timeout: tenMinutes });
  const failure =
    run.error?.message ?? (run.status === 0 ? undefined : `exit ${run.signal ?? run.status}\n${run.stderr}`);
  if (failure !== undefined) throw new Error(`${name} failed: ${failure}\n  ${[program, ...words].join(" ")}`);
  return JSON.parse(run.stdout.trim().split("\n").at(-1)!) as Outcome;
}
