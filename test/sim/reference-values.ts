import { readFileSync } from "node:fs";

interface Entry {
  readonly id: string;
  readonly inputs: unknown;
  readonly value: unknown;
}

const { entries } = JSON.parse(readFileSync(new URL("../reference/values.json", import.meta.url), "utf8")) as {
  entries: readonly Entry[];
};

/** Inputs and exact values of one entry of the reference values; the caller knows their shapes. */
export function reference<Inputs, Value>(id: string): { inputs: Inputs; value: Value } {
  const entry = entries.find((candidate) => candidate.id === id);
  if (entry === undefined) throw new Error(`reference values: there is no entry ${id}`);
  return { inputs: entry.inputs as Inputs, value: entry.value as Value };
}

/** Inputs and values of an entry that holds several cases, paired. */
export function referenceCases<Inputs, Value>(id: string): (readonly [Inputs, Value])[] {
  const { inputs, value } = reference<readonly Inputs[], readonly Value[]>(id);
  return inputs.map((input, index) => [input, value[index] as Value] as const);
}
