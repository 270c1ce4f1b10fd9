import { excerpt, type Place, placeName, position } from "./place.ts";

/** Keys and indices from the root of a scenario down to a value. */
export type Path = readonly (string | number)[];

/** Says that the value at `path` cannot be, together with those at the `related` paths. */
export type Report = (path: Path, message: string, related?: readonly Path[]) => void;

/** One thing that is wrong with a scenario. */
export interface Issue {
  readonly path: Path;
  readonly message: string;
  readonly place: Place;
}

/** `snapshot.interval`, `failures.host.times[2].start`. */
export const pathName = (path: Path): string =>
  path.map((key, depth) => (typeof key === "number" ? `[${key}]` : depth === 0 ? key : `.${key}`)).join("");

/** `file.yaml:7:9: path: message`, then the line with a caret. */
export const describeIssue = (issue: Issue): string => {
  const where = issue.path.length === 0 ? "" : `${pathName(issue.path)}: `;
  return `${placeName(issue.place)}: ${where}${issue.message}\n${excerpt(issue.place)}`;
};

/** A scenario that cannot be run, with everything that is wrong with it in the order of its lines. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    const sorted = inOrder(issues);
    super(sorted.map(describeIssue).join("\n"));
    this.issues = sorted;
  }
}

/** Sorted by source, line and column; the same fault met at several points of a sweep is told once. */
const inOrder = (issues: readonly Issue[]): Issue[] => {
  const sources = [...new Set(issues.map(({ place }) => place.source.name))];
  const told = new Map(
    issues.map((issue) => [`${placeName(issue.place)} ${pathName(issue.path)} ${issue.message}`, issue]),
  );
  const key = ({ place }: Issue): [number, number, number] => {
    const { line, column } = position(place);
    return [sources.indexOf(place.source.name), line, column];
  };
  return [...told.values()].sort((a, b) => {
    const [left, right] = [key(a), key(b)];
    return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
  });
};
