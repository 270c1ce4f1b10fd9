import { type PageType, pageTypes } from "../../models/scenario.ts";
import { pageTypeOf } from "./page-classes.ts";
import type { Survey } from "./survey.ts";

/** How much of one type of pages guests have in common. */
export interface TypeSimilarity {
  readonly type: PageType;
  /** Of all guests but the first, those that do not hold zeros. */
  readonly pages: number;
  /** Of them, those whose content a guest before has, and no page before of the same guest. */
  readonly shared: number;
}

/**
 * What guests have in common, by their pages' types: of the pages of a further guest, those that need not be sent where another
 * guest's have come. Guests that all share a part of their pages, and no others, have just that part: `cluster.similarity`.
 *
 * @param surveys with the same `seen`, one after the other
 */
export const similarityOf = (surveys: readonly Pick<Survey, "classes">[]): TypeSimilarity[] =>
  pageTypes.map((type) => {
    const own = surveys.slice(1).flatMap(({ classes }) => classes.filter((one) => pageTypeOf[one.class] === type));
    return {
      type,
      pages: own.reduce((sum, { frames, zero }) => sum + frames - zero, 0),
      shared: own.reduce((sum, { across }) => sum + across, 0),
    };
  });

/** The part of their pages that guests share; NaN of none. */
export const sharedPart = (types: readonly TypeSimilarity[]): number =>
  types.reduce((sum, { shared }) => sum + shared, 0) / types.reduce((sum, { pages }) => sum + pages, 0);
