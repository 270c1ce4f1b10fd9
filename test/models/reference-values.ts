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

/** One case of an entry that holds several. */
export interface ReferenceCase<Inputs, Value> {
  readonly name: string;
  readonly inputs: Inputs;
  readonly value: Value;
}

/** The cases of all entries of a family whose inputs and values are index-aligned arrays. */
export const referenceCases = <Inputs, Value>(family: string): ReferenceCase<Inputs, Value>[] =>
  referenceFamily<readonly Inputs[], readonly Value[]>(family).flatMap(({ id, inputs, value }) =>
    inputs.map((one, index) => ({ name: `${id}[${index}]`, inputs: one, value: value[index]! })),
  );

/** What the reference values of the textbook model suppose. */
export const conventions = {
  failDuringDetect: false,
  restoreRepeatsDetect: true,
  validFrom: "durable",
  snapshotAfterLast: true,
} as const;
