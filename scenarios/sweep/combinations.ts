import { latinHypercube } from "../../results/designs/latin-hypercube.ts";
import { sobolSequence } from "../../results/designs/sobol-sequence.ts";
import { StatisticsError } from "../../results/statistics/statistics-error.ts";
import { Streams } from "../../sim/index.ts";
import type { Axes, Axis, Design, Sweep, sweepWords } from "../schema/sweep-schema.ts";
import type { Issue } from "../text/issue.ts";
import { at, type Entry, type Mapping, only, plain, type Tree } from "../text/tree.ts";
import { type Complain, mostPoints, sameness, tooMany, valueAt, valuesOf } from "./axis-values.ts";
import { readCondition } from "./condition.ts";

/** One combination of the values of all axes: path of a key → what is laid there. */
export type Combination = ReadonlyMap<string, Tree>;

const fixed = ["sweep", "seed", "seeds", "replications", "precision", "model", "extends", "catalogue", "description"];
/**
 * All points of `sweep`: combinations of its axes, its zipped axes, and its designs, in the order in which they are written,
 * the last running fastest; those that `where` leaves out are not among them. A single empty one without a sweep.
 */
export const combinations = (tree: Tree, sweep: Sweep, issues: Issue[]): Combination[] =>
  new Combinations(tree, issues).of(sweep);

class Combinations {
  readonly #tree: Tree;
  readonly #issues: Issue[];
  readonly #swept = new Set<string>();

  constructor(tree: Tree, issues: Issue[]) {
    this.#tree = tree;
    this.#issues = issues;
  }

  of(sweep: Sweep): Combination[] {
    let points: Combination[] = [new Map()];
    const written = at(this.#tree, ["sweep"]) as Mapping | undefined;
    for (const word of written?.entries.keys() ?? []) {
      for (const { path, group } of this.#groups(word, sweep[word])) {
        const count = points.length * group.length;
        if (count > mostPoints)
          this.#complain(path)(`with this there are ${count} points; at most ${mostPoints} are possible`);
        else points = points.flatMap((point) => group.map((one) => new Map([...point, ...one])));
      }
    }
    return this.#where(sweep, points);
  }

  /** What is multiplied with all else: the values of an axis, or the points of zipped axes or of a design. */
  #groups(word: string, part: unknown): { readonly path: string[]; readonly group: Combination[] }[] {
    const path = [word];
    switch (word as (typeof sweepWords)[number]) {
      case "where":
        return [];
      case "zip":
        return Array.isArray(part)
          ? part.map((axes: Axes, i) => ({
              path: [...path, String(i)],
              group: this.#zip(axes, [...path, String(i)]),
            }))
          : [{ path, group: this.#zip(part as Axes, path) }];
      case "latinHypercube":
      case "sobol":
        return [{ path, group: this.#design(word as "latinHypercube" | "sobol", part as Design) }];
      default:
        return [{ path, group: this.#product(word, part as Axis, path) }];
    }
  }

  #product(key: string, axis: Axis, path: readonly string[]): Combination[] {
    const values = this.#axis(key, axis, path);
    this.#once(
      values.map((value) => [value]),
      path,
    );
    return values.map((value) => this.#laid(key, value, path));
  }

  #axis(key: string, axis: Axis, path: readonly string[]): readonly Tree[] {
    this.#checkKey(key, path);
    return valuesOf(axis, this.#at(path), this.#complain(path));
  }

  #zip(axes: Axes, path: readonly string[]): Combination[] {
    const columns = Object.entries(axes).map(([key, axis]) => ({
      key,
      place: [...path, key],
      values: this.#axis(key, axis, [...path, key]),
    }));
    if (columns.length === 0) return this.#without(path);
    const lengths = columns.map(({ values }) => values.length);
    if (lengths.some((length) => length !== lengths[0])) {
      const said = columns.map(({ key, values }) => `${key} has ${values.length}`).join(", ");
      if (lengths.every((length) => length > 0)) this.#complain(path)(`zipped axes have as many values each: ${said}`);
      return [new Map()];
    }
    const rows = Array.from({ length: lengths[0]! }, (_, i) => columns.map(({ values }) => values[i]!));
    this.#once(rows, path);
    return rows.map((row) => new Map(columns.flatMap(({ key, place }, k) => [...this.#laid(key, row[k]!, place)])));
  }

  /** A sweep that has a point twice is a slip of the pen; those of a design fall where they will. */
  #once(rows: readonly (readonly Tree[])[], path: readonly string[]): void {
    const seen = new Map<string, string>();
    for (const row of rows) {
      const values = row.map(plain);
      const key = values.map(sameness).join("\n");
      const shown = values
        .map((value) => (typeof value === "object" ? JSON.stringify(value) : String(value)))
        .join(", ");
      const before = seen.get(key);
      if (before !== undefined) {
        const twice = before === shown ? `${shown} stands twice` : `${before} and ${shown} are the same`;
        this.#complain(path)(`each value can be swept once: ${twice}`);
        return;
      }
      seen.set(key, shown);
    }
  }

  /** Of a group without an axis. */
  #without(path: readonly string[]): Combination[] {
    this.#complain(path)("has no axis: give a key and its values");
    return [new Map()];
  }

  #design(kind: "latinHypercube" | "sobol", { points, seed = 0, axes }: Design): Combination[] {
    const path = [kind];
    const columns = Object.entries(axes).map(([key, axis]) => {
      const place = [...path, "axes", key];
      this.#checkKey(key, place);
      return { key, place, valueAt: valueAt(axis, this.#at(place), this.#complain(place)) };
    });
    if (columns.length === 0) return this.#without(path);
    if (points > mostPoints) this.#complain([...path, "points"])(tooMany(points));
    if (points > mostPoints || columns.some((column) => column.valueAt === undefined)) return [new Map()];
    const stream = new Streams(seed).get("latin hypercube");
    try {
      const shares =
        kind === "sobol"
          ? sobolSequence(points + 1, columns.length).slice(1)
          : latinHypercube(points, columns.length, () => stream.next());
      return shares.map(
        (share) =>
          new Map(columns.flatMap(({ key, place, valueAt: of }, k) => [...this.#laid(key, of!(share[k]!), place)])),
      );
    } catch (error) {
      if (!(error instanceof StatisticsError)) throw error;
      this.#complain(path)(error.message);
      return [new Map()];
    }
  }

  #where({ where }: Sweep, points: Combination[]): Combination[] {
    if (where === undefined || this.#issues.length > 0) return points;
    const texts = (typeof where === "string" ? [where] : where) as readonly string[];
    const swept = new Set(points.flatMap((point) => [...point.keys()]));
    const isKey = (path: string): boolean => swept.has(path) || at(this.#tree, path.split(".")) !== undefined;
    const left = texts.reduce((rest, text, i) => {
      const complain = this.#complain(Array.isArray(where) ? ["where", String(i)] : ["where"]);
      const condition = readCondition(text, isKey, complain);
      return condition === undefined ? rest : rest.filter((point) => condition((path) => this.#valueOf(point, path)));
    }, points);
    if (left.length === 0 && this.#issues.length === 0) this.#complain(["where"])("no point is left");
    return left;
  }

  #valueOf(point: Combination, path: string): unknown {
    const keys = path.split(".");
    const laid = point.get(path);
    const found = laid === undefined ? at(this.#tree, keys) : at(laid, keys);
    return found === undefined ? undefined : plain(found);
  }

  #laid(key: string, value: Tree, path: readonly string[]): Combination {
    return new Map([[key, only(key.split("."), value, this.#keyOf(path))]]);
  }

  #checkKey(key: string, path: readonly string[]): void {
    const complain = this.#complain(path);
    if (fixed.includes(key.split(".")[0]!)) complain(`${key} cannot be swept: it is the same for the whole scenario`);
    if (key.split(".").some((part) => part === "")) complain("expected a path of keys such as snapshot.interval");
    if (this.#swept.has(key)) complain(`${key} is swept twice: only one of them could hold`);
    this.#swept.add(key);
  }

  #at(path: readonly string[]): Tree {
    return at(this.#tree, ["sweep", ...path])!;
  }

  /** Where the last key of a path is written. */
  #keyOf(path: readonly string[]): Entry["key"] {
    const around = this.#at(path.slice(0, -1)) as Mapping;
    return around.kind === "mapping" ? around.entries.get(path.at(-1)!)!.key : this.#at(path).at;
  }

  #complain(path: readonly string[]): Complain {
    return (message) => {
      const place = this.#keyOf(path);
      const same = (other: Issue): boolean => other.message === message && other.place.start === place.start;
      if (!this.#issues.some(same)) this.#issues.push({ path: ["sweep", ...path], message, place });
    };
  }
}
