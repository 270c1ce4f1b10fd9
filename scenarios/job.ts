import { at, type Mapping, type Tree, without } from "./text/tree.ts";

/**
 * The texts of a textbook scenario, of which one that is given its `work` ends with it: a horizon that it inherits from
 * scenarios without a job is left out. Who wants both writes both. All overrides together are one text.
 */
export const endWithWork = (lineage: readonly Mapping[], overrides: readonly Tree[]): Tree[] => {
  const texts = [...lineage.map((one) => [one]), overrides];
  const job = texts.findIndex((text) => gives(text, "work"));
  if (job < 0 || texts.slice(job).some((text) => gives(text, "horizon"))) return [...lineage, ...overrides];
  return [...lineage.map((one, i) => (i < job ? without(one, "horizon") : one)), ...overrides];
};

const gives = (text: readonly Tree[], key: string): boolean =>
  text.some((layer) => at(layer, [key]) !== undefined || at(layer, ["sweep", key]) !== undefined);
