import type { Law } from "./law.ts";

/** One thing that is wrong with a specification: where, and what to do about it. */
export interface LawIssue {
  /** Keys from the law down, such as `["sample", 3]`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Everything that makes `law` impossible; an empty list when it can be used. */
export const lawIssues = (law: Law): LawIssue[] => {
  switch (law.law) {
    case "exponential":
      return positive(law.mean, "mean");
    case "weibull":
    case "gamma":
      return [...positive(law.shape, "shape"), ...positive(law.scale, "scale")];
    case "lognormal":
      return [
        ...(Number.isFinite(law.mu) ? [] : [{ path: ["mu"], message: `mu must be a finite number, not ${law.mu}` }]),
        ...positive(law.sigma, "sigma"),
      ];
    case "deterministic":
      return positive(law.value, "value");
    case "empirical":
      return law.sample.length === 0
        ? [{ path: ["sample"], message: "an empirical law needs at least one observed duration" }]
        : law.sample.flatMap((x, index) => positive(x, "sample", index));
  }
};

const positive = (value: number, ...path: (string | number)[]): LawIssue[] =>
  value > 0 && Number.isFinite(value)
    ? []
    : [{ path, message: `${path.join(" ")} must be positive and finite, not ${value}` }];
