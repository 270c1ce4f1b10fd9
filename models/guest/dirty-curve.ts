/**
 * How often a page that may be written `a` times on average has been written: `uniform`, writes at random, 1 - e^{-a};
 * `linear`, no page twice until all have been written once, min(1, a), which is the "dirty rate" of the textbooks.
 */
export const dirtyModels = ["uniform", "linear"] as const;
export type DirtyModel = (typeof dirtyModels)[number];

/** Fraction of the pages that have been written, after `a` writes per page. */
export const writtenPart = (model: DirtyModel, a: number): number =>
  model === "uniform" ? -Math.expm1(-a) : Math.min(1, a);

/** Fraction of the pages that have not been written, after `a` writes per page. */
export const unwrittenPart = (model: DirtyModel, a: number): number =>
  model === "uniform" ? Math.exp(-a) : Math.max(0, 1 - a);

/** First writes for each write, after `a` writes per page: the derivative of {@link writtenPart}. */
export const firstWritePart = (model: DirtyModel, a: number): number =>
  model === "uniform" ? Math.exp(-a) : a < 1 ? 1 : 0;

interface WrittenClass {
  readonly pages: number;
  /** Writes per second of guest work and per page. */
  readonly writesPerPage: number;
}

/** Distinct pages that a guest writes in so many seconds of work: concave, from 0 to `limit`. */
export interface DirtyCurve {
  readonly at: (seconds: number) => number;
  /** Pages per second that are written for the first time. */
  readonly slope: (seconds: number) => number;
  /** All pages that are written at all. */
  readonly limit: number;
}

/** The distinct-write curve of a VM: the sum over its classes (model.md, section 3). */
export const dirtyCurve = (classes: readonly WrittenClass[], model: DirtyModel): DirtyCurve => {
  const sum = (of: (one: WrittenClass) => number): number => classes.reduce((total, one) => total + of(one), 0);
  return {
    at: (seconds) => sum(({ pages, writesPerPage }) => pages * writtenPart(model, writesPerPage * seconds)),
    slope: (seconds) =>
      sum(({ pages, writesPerPage }) => pages * writesPerPage * firstWritePart(model, writesPerPage * seconds)),
    limit: sum(({ pages, writesPerPage }) => (writesPerPage > 0 ? pages : 0)),
  };
};
