import type { Issue } from "./issue.ts";
import type { Place, Source } from "./place.ts";
import { readYaml } from "./read-yaml.ts";
import { only, type Tree } from "./tree.ts";

/** An argument of the command line that sets one value, such as `--set snapshot.interval=30s`. */
export interface Override {
  /** `--set`, `--seed` */
  readonly option: string;
  /** `snapshot.interval=30s` */
  readonly text: string;
}

/** The tree that holds just the value that an override sets; the value is read as YAML. */
export const readOverride = ({ option, text }: Override, folder: string, issues: Issue[]): Tree | undefined => {
  const source: Source = { kind: "argument", name: option, folder, text };
  const place = (start: number, end: number): Place => ({ source, start, end });
  const equals = text.indexOf("=");
  const path = overridePath(text);
  if (equals < 0 || path.some((key) => key.trim() === "")) {
    issues.push({
      path: [],
      message: "expected path=value, such as snapshot.interval=30s",
      place: place(0, text.length),
    });
    return undefined;
  }
  const { tree, issues: faults } = readYaml(source, equals + 1);
  issues.push(...faults);
  const value: Tree =
    tree.kind === "scalar" && tree.value === null ? { ...tree, at: place(equals, text.length) } : tree;
  return only(path, value, place(0, equals));
};

/** The keys that an override sets. An axis of a sweep is one key, dots and all: `sweep.snapshot.interval=[1s, 2s]`. */
export const overridePath = (text: string): readonly string[] => {
  const equals = text.indexOf("=");
  const path = text.slice(0, Math.max(0, equals)).trim();
  const axis = /^sweep\.(.+)$/.exec(path)?.[1];
  return axis === undefined ? path.split(".") : ["sweep", axis];
};

/** An override from an option and its text. */
export const setTo = (option: string, text: string): Override => ({ option, text });
