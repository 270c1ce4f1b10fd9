import type * as z from "zod";
import { type Path, pathName } from "../text/issue.ts";
import { didYouMean, nearest } from "../text/spelling.ts";

/** A fault of a value, before it is known where the value was written. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
  /** The key itself is at fault, not its value. */
  readonly key?: true;
  /** The key that was probably meant. */
  readonly meant?: string | undefined;
}

type Raw = z.core.$ZodIssue;

/**
 * What zod found, in our words: one fault for each misspelt key, the nearest right spelling of keys and words, and of
 * the alternatives of a union the one that was most probably meant.
 */
export const faultsOf = (schema: z.core.$ZodType, input: unknown, issues: readonly Raw[]): Fault[] => {
  const faults = issues.flatMap((issue) => faultOf(schema, input, issue, []));
  // A key that is missing only because it was misspelt is told once.
  const meant = new Set(faults.flatMap(({ path, meant }) => (meant ? pathName([...path.slice(0, -1), meant]) : [])));
  return faults.filter(({ path, key }) => key || valueAt(input, path) !== undefined || !meant.has(pathName(path)));
};

const faultOf = (schema: z.core.$ZodType, input: unknown, issue: Raw, above: Path): Fault[] => {
  const path = [...above, ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key))];
  const given = valueAt(input, path);
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = keysAt(schema, path);
      return issue.keys.map((key) => {
        if (known.includes(key)) {
          return { path: [...path, key], message: `cannot stand beside ${standing(given, issue.keys)}`, key: true };
        }
        const meant = nearest(key, known);
        const hint = meant === undefined ? `; known here: ${known.join(", ")}` : `; did you mean ${meant}?`;
        return { path: [...path, key], message: `unknown key${hint}`, key: true, meant };
      });
    }
    case "invalid_value":
      return [{ path, message: wrongWord(given, issue.values.map(String)) }];
    case "invalid_union": {
      if ("discriminator" in issue && issue.errors.length === 0) {
        const words = lawNames(schema, path);
        return [
          {
            path,
            message: given === undefined ? `is missing: one of ${words.join(", ")}` : wrongWord(given, words),
          },
        ];
      }
      return bestAlternative(schema, input, issue, path);
    }
    case "invalid_type":
      return [{ path, message: wrongType(issue.expected, given) }];
    case "too_small":
      return [{ path, message: bound("at least", "above", issue, issue.minimum, given) }];
    case "too_big":
      return [{ path, message: bound("at most", "below", issue, issue.maximum, given) }];
    default:
      return [{ path, message: issue.message }];
  }
};

/** The key that makes a mapping one of several kinds; what a kind is named by comes first. */
const standing = (given: unknown, unknown: readonly string[]): string => {
  const others = Object.entries(Object(given)).filter(([key]) => !unknown.includes(key));
  const [key, value] = others.find(([one]) => one === "law") ?? others[0] ?? ["what is there", undefined];
  return typeof value === "string" ? `${key}: ${value}` : key;
};

/** The faults of the alternative with which the input has most in common; all words of the alternatives if it is a word. */
const bestAlternative = (
  schema: z.core.$ZodType,
  input: unknown,
  issue: Raw & { readonly code: "invalid_union" },
  path: Path,
): Fault[] => {
  const given = valueAt(input, path);
  const words = issue.errors.flatMap((branch) =>
    branch.flatMap((one) => (one.code === "invalid_value" && one.path.length === 0 ? one.values.map(String) : [])),
  );
  const branches = issue.errors.map((branch) => ({
    faults: branch.flatMap((one) => faultOf(schema, input, one, path)),
    mismatch: branch.reduce((sum, one) => sum + mismatch(one, given), 0),
    isWord: branch.every((one) => one.code === "invalid_value" && one.path.length === 0),
  }));
  const best = branches.reduce((least, branch) => (branch.mismatch < least.mismatch ? branch : least));
  // What begins like a quantity is told of a quantity, unless none is wanted here.
  if (words.length > 0 && typeof given === "string" && (best.isWord || !/^[-+.\d]/.test(given))) {
    const others = branches.flatMap(({ faults }) => /^expected (.*), got /.exec(faults[0]?.message ?? "")?.[1] ?? []);
    return [{ path, message: wrongWord(given, words, [...new Set(others)]) }];
  }
  return best.faults;
};

/**
 * How far an input is from an alternative: without a key that makes it that alternative, of another kind altogether, or
 * only with keys that do not belong.
 */
const mismatch = (issue: Raw, given: unknown): number => {
  const missing = issue.path.length === 1 && valueAt(given, issue.path as Path) === undefined;
  if (missing) return issue.code === "invalid_union" ? 999 : 1000;
  if (issue.code === "unrecognized_keys") return issue.keys.length;
  const isWord = typeof given !== "object" || given === null;
  if (issue.code === "invalid_type" && issue.path.length === 0) return 10_000;
  if (issue.code === "invalid_value" && issue.path.length === 0) return isWord ? 9_000 : 11_000;
  // Another law's word is a better match than no law at all.
  if (issue.code === "invalid_union" && issue.path.length === 1) return 2;
  return 1;
};

const wrongWord = (given: unknown, words: readonly string[], others: readonly string[] = []): string => {
  if (given === undefined) return `is missing: one of ${words.join(", ")}`;
  const choice = [...(words.length > 1 ? [`one of ${words.join(", ")}`] : words), ...others].join(" or ");
  const hint = typeof given === "string" ? didYouMean(given, words) : "";
  return `${JSON.stringify(given)} is not known here: must be ${choice}${hint}`;
};

const kinds: { readonly [expected: string]: string } = {
  object: "a mapping of keys",
  record: "a mapping of names",
  array: "a list",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

const wrongType = (expected: string, given: unknown): string => {
  const wanted = kinds[expected] ?? expected;
  if (given === undefined) return `is missing: give ${wanted}`;
  if (given === null) return `is empty: give ${wanted}`;
  if (typeof given === "number") return `expected ${wanted}, got ${given}`;
  if (Array.isArray(given)) return `expected ${wanted}, got a list`;
  return `expected ${wanted}, got ${typeof given === "object" ? "a mapping" : JSON.stringify(given)}`;
};

const bound = (
  inclusive: string,
  exclusive: string,
  issue: { readonly origin: string; readonly inclusive?: boolean },
  limit: number | bigint,
  given: unknown,
): string => {
  if (issue.origin === "array") return `must have ${inclusive} ${limit} element${limit === 1 ? "" : "s"}`;
  return `must be ${issue.inclusive === false ? exclusive : inclusive} ${limit}, not ${String(given)}`;
};

const valueAt = (input: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, key) => (value as { readonly [key: string]: unknown } | undefined | null)?.[key], input);

/** All keys that any alternative of the schema knows at `path`. */
export const keysAt = (schema: z.core.$ZodType, path: Path): string[] => [
  ...new Set(
    schemasAt(schema, path).flatMap((found) => {
      const { def } = (found as z.core.$ZodTypes)._zod;
      return def.type === "object" ? Object.keys(def.shape) : [];
    }),
  ),
];

/** The values of the discriminators at `path`. */
const lawNames = (schema: z.core.$ZodType, path: Path): string[] => [
  ...new Set(
    schemasAt(schema, path).flatMap((found) => {
      const { def } = (found as z.core.$ZodTypes)._zod;
      return def.type === "literal" ? def.values.map(String) : [];
    }),
  ),
];

/** Every schema that may hold at `path`, looking through unions and wrappers. */
const schemasAt = (schema: z.core.$ZodType, path: Path): z.core.$ZodType[] => {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "union") return def.options.flatMap((option) => schemasAt(option, path));
  if (def.type === "optional") return schemasAt(def.innerType, path);
  const [head, ...rest] = path;
  if (head === undefined) return [schema];
  if (def.type === "object") {
    const inner = Object.hasOwn(def.shape, head) ? def.shape[head] : def.catchall;
    return inner === undefined ? [] : schemasAt(inner, rest);
  }
  if (def.type === "record") return schemasAt(def.valueType, rest);
  return def.type === "array" ? schemasAt(def.element, rest) : [];
};
