import type { Complain } from "./axis-values.ts";
import { asNumbers } from "./axis-values.ts";

/** Whether a point is to be run; the value of a key there is asked for by its path. */
export type Condition = (at: (path: string) => unknown) => boolean;

const comparison = /^\s*([^\s<>=!]+)\s*(<=|>=|!=|==|=|<|>)\s*(.+?)\s*$/;

/**
 * Reads such as `snapshot.interval <= 10m or storage.policy != page-aware`: comparisons of a key with a value or with another
 * key, any of which is enough.
 *
 * @param isKey tells keys of the scenario from words
 * @returns undefined when it is none, after a complaint
 */
export const readCondition = (
  text: string,
  isKey: (path: string) => boolean,
  complain: Complain,
): Condition | undefined => {
  const terms = text.split(/\s+or\s+/).map((term) => readTerm(term, isKey, complain));
  return terms.every((term) => term !== undefined) ? (at) => terms.some((term) => term(at)) : undefined;
};

const readTerm = (term: string, isKey: (path: string) => boolean, complain: Complain): Condition | undefined => {
  const found = comparison.exec(term);
  if (found === null) {
    complain(`"${term}" is no condition: write such as snapshot.interval <= 10m`);
    return undefined;
  }
  const [, left, sign, right] = found as unknown as [string, string, string, string];
  if (/^[<>=!]|\sand\s/.test(right)) {
    complain(`"${term}" is no condition: write such as snapshot.interval <= 10m, and a list of those that all hold`);
    return undefined;
  }
  let isTold = false;
  if (!isKey(left)) {
    complain(`there is no key ${left} to compare`);
    return undefined;
  }
  return (at) => {
    const [one, other] = [at(left), isKey(right) ? at(right) : literal(right)];
    const numbers = asNumbers(one, other);
    if (numbers !== undefined) return compare(numbers[0], sign, numbers[1]);
    if (sign === "=" || sign === "==") return String(one) === String(other);
    if (sign === "!=") return String(one) !== String(other);
    // The same is wrong at other points.
    if (!isTold)
      complain(`${JSON.stringify(one)} and ${JSON.stringify(other)} in "${term}" are no numbers of one unit`);
    isTold = true;
    return false;
  };
};

const literal = (text: string): string | number => (text !== "" && Number.isFinite(Number(text)) ? Number(text) : text);

const compare = (one: number, sign: string, other: number): boolean => {
  switch (sign) {
    case "<":
      return one < other;
    case "<=":
      return one <= other;
    case ">":
      return one > other;
    case ">=":
      return one >= other;
    case "!=":
      return one !== other;
    default:
      return one === other;
  }
};
