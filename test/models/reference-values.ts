import { readFileSync } from "node:fs";

/** An entry of reference/values.json; arrays of inputs and values are index-aligned. */
export interface ReferenceEntry<Inputs, Value> {
  readonly id: string;
  readonly family: string;
  readonly inputs: Inputs;
  readonly value: Value;
}

/** All entries of a family, typed by the caller; a family that is not there is an error, so that no test is empty. */
export const referenceFamily = <Inputs, Value>(family: string): ReferenceEntry<Inputs, Value>[] => {
  const text = readFileSync(new URL("../reference/values.json", import.meta.url), "utf8");
  const { entries } = JSON.parse(text) as { entries: ReferenceEntry<Inputs, Value>[] };
  const found = entries.filter((entry) => entry.family === family);
  if (found.length === 0) throw new Error(`reference/values.json has no family ${family}`);
  return found;
};
