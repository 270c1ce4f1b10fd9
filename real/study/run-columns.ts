import type { Columns } from "../../models/books/columns.ts";
import { LifeCycleAccount } from "../../models/books/life-cycle-account.ts";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import { type PageType, pageTypes } from "../../models/scenario.ts";
import { mean } from "../../results/statistics/moments.ts";
import { sharedPart, type TypeSimilarity } from "../pages/similarity.ts";

/** Cycles after which a run is what it stays: the first record is a full one, and the second cut waits for nobody yet. */
export const warmUp = 3;

/**
 * Columns of a run from its first cycle after the warm-up on, by its events. Where it comes to no two cycles more,
 * `intervalAchieved` is NaN.
 */
export const steadyColumns = (events: readonly LifeCycleEvent[]): Columns => {
  const planned = events.filter((one) => one.kind === "snapshot" && one.state === "planned");
  const account = new LifeCycleAccount(planned[warmUp]?.at ?? Number.POSITIVE_INFINITY);
  for (const event of events) account.enter(event);
  return account.columns;
};

const columnOf = (type: PageType): string => `similarity${type[0]!.toUpperCase()}${type.slice(1)}`;

/** The part of their pages that guests share, of all types and of each; no columns of what was not looked at. */
export const similarityColumns = (types: readonly TypeSimilarity[] | undefined): Columns =>
  types === undefined
    ? {}
    : {
        similarity: sharedPart(types),
        ...Object.fromEntries(types.map((one) => [columnOf(one.type), sharedPart([one])])),
      };

/** The names of those columns. */
export const similarityNames: readonly string[] = ["similarity", ...pageTypes.map(columnOf)];

/** Means over replications; NaN where one of them did not observe a column. */
export const meanColumns = (replications: readonly Columns[]): Columns =>
  Object.fromEntries(
    Object.keys(replications[0] ?? {}).map((column) => {
      const values = replications.map((columns) => columns[column] ?? Number.NaN);
      return [column, values.some(Number.isNaN) ? Number.NaN : mean(values)];
    }),
  );
