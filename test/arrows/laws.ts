import { isBuiltin } from "node:module";
import type { Import, SourceFile } from "./source-file.ts";

/**
 * The arrows of dependence. Each folder may import itself and what stands here:
 *
 *     sim ← models ← scenarios ← real,     results ← scenarios, real, notebooks
 *
 * Imports of types count too: whoever knows the type of a thing knows the thing.
 */
export const arrows = {
  sim: [],
  models: ["sim"],
  results: [],
  scenarios: ["sim", "models", "results"],
  real: ["models", "scenarios", "results"],
  notebooks: ["sim", "models", "scenarios", "results"],
  bench: ["sim", "models", "scenarios", "real", "results"],
  // It writes down which sources it compiles.
  build: ["scenarios"],
  cli: ["sim", "models", "scenarios", "real", "results", "notebooks"],
  test: ["sim", "models", "scenarios", "real", "results", "notebooks", "bench", "build", "cli"],
} as const satisfies Record<string, readonly string[]>;

/**
 * The modules of `scenarios` that run simulations, or draw what one would. To validate itself, `real` asks `scenarios` for
 * the simulated side and for the failures that it meets, and it may do so through these alone: a chain of imports from `real` to `sim` is allowed if it passes one of them.
 * So the real testbed can never lean on the simulator's clock, events or models by way of a harmless-looking module,
 * and what it shares with the simulated one (policies, pure models, the schema of scenarios) stays free of `sim`.
 */
export const simulationEntries: readonly string[] = [
  "scenarios/search/evaluate.ts",
  "scenarios/listed-scenario.ts",
  "scenarios/timeline/simulated-run.ts",
];

/** Files that may use Node's built-in modules within the folders that also run in browsers. */
const touchesNode = /^sim\/realtime\.ts$/;
const runsInBrowsers = /^(sim|models)\//;
/** Files that may read a clock or draw unseeded randomness; a command gets its clock from the command line's top. */
const mayReadClocks = /^(sim\/realtime\.ts$|real\/|results\/|(build|cli)\.ts$|notebooks\/page\/|bench\/|test\/)/;

/** What policies are made of, and what they import as "snapback": they run on any testbed; and what a run tells of itself. */
const livesApart =
  /^(models\/(testbed\.ts$|life-cycle-events\.ts$|policies\/|analytic\/)|scenarios\/(policy-api\.ts$|policies\/))/;

/** A file at the root is a folder of one file. */
const folderOf = (path: string): string => path.replace(/(\/|\.ts$).*/, "");

const reads = (file: SourceFile): string[] =>
  mayReadClocks.test(file.path)
    ? []
    : file.hidden.map(
        ({ what, line }) => `${file.path}:${line} uses ${what}: clocks and randomness are passed in from the top`,
      );

const foreign = (file: SourceFile, { specifier, path, line }: Import): string | undefined => {
  const at = `${file.path}:${line}`;
  if (specifier?.startsWith("@sim/des")) return `${at} imports @sim/des: inside the repository it is sim/index.ts`;
  if (!runsInBrowsers.test(file.path) || path !== undefined) return undefined;
  if (specifier === undefined) return `${at} imports a module that is only known at run time`;
  if (isBuiltin(specifier) && touchesNode.test(file.path)) return undefined;
  return `${at} imports ${specifier}: ${folderOf(file.path)} depends on no package and on nothing of Node`;
};

const direct = (file: SourceFile): string[] => {
  const from = folderOf(file.path);
  const allowed: readonly string[] | undefined = (arrows as Record<string, readonly string[]>)[from];
  if (allowed === undefined) return [`${file.path}: the folder ${from} has no place among the arrows`];
  return file.imports.flatMap((asked) => {
    const stranger = foreign(file, asked);
    if (stranger !== undefined) return [stranger];
    const to = asked.path === undefined ? from : folderOf(asked.path);
    if (to === from || allowed.includes(to)) return [];
    return [
      `${file.path}:${asked.line} imports ${asked.path}: ${from} may know ${allowed.join(", ") || "nothing else"}`,
    ];
  });
};

/** The shortest chain of imports from `start` to a file that `isEnd` accepts, never through `closed`; or undefined. */
const chain = (
  files: ReadonlyMap<string, SourceFile>,
  start: string,
  isEnd: (path: string) => boolean,
  closed: readonly string[],
): readonly string[] | undefined => {
  const before = new Map<string, string | undefined>([[start, undefined]]);
  for (const path of before.keys()) {
    if (isEnd(path)) {
      const way: string[] = [];
      for (let at: string | undefined = path; at !== undefined; at = before.get(at)) way.unshift(at);
      return way;
    }
    if (closed.includes(path)) continue;
    for (const { path: next } of files.get(path)?.imports ?? [])
      if (next !== undefined && !before.has(next)) before.set(next, path);
  }
  return undefined;
};

const reachesSim = (path: string): boolean => path.startsWith("sim/");

/** Chains that must not be: each folder that lives apart from `sim`, and what a browser loads from Node. */
const reaches = (files: ReadonlyMap<string, SourceFile>, path: string, entries: readonly string[]): string[] => {
  const ways = [
    ...(livesApart.test(path) ? [chain(files, path, reachesSim, [])] : []),
    ...(path.startsWith("real/") ? [chain(files, path, reachesSim, entries)] : []),
    ...(path === "sim/index.ts" ? [chain(files, path, (end) => touchesNode.test(end), [])] : []),
  ];
  return ways.filter((way) => way !== undefined).map((way) => `${path} reaches ${way.at(-1)}: ${way.join(" → ")}`);
};

/** Everything in `files` that goes against an arrow; each line names the place and the law. */
export const violations = (files: readonly SourceFile[], entries = simulationEntries): string[] => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return [
    ...entries
      .filter((path) => !byPath.has(path))
      .map((path) => `${path} is named as an entry to simulations, but is not there`),
    ...files.flatMap((file) => [...direct(file), ...reaches(byPath, file.path, entries), ...reads(file)]),
  ];
};
