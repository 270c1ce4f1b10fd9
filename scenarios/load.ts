import { basename } from "node:path";
import type * as z from "zod";
import { Catalogue } from "./catalogue.ts";
import { unusedKeys } from "./check/unused-keys.ts";
import { FormShelf, type UsedFile } from "./csv-forms/form-shelf.ts";
import type { Files } from "./files.ts";
import { pointSeed, type Seeds } from "./identity/point-seed.ts";
import { endWithWork } from "./job.ts";
import { withOwnCatalogues } from "./own-catalogue.ts";
import { layForms } from "./resolve/lay-forms.ts";
import { Resolver, type ScenarioFile } from "./resolve/resolve-scenario.ts";
import type { Scenario } from "./scenario.ts";
import { type ClusterFile, clusterSchema } from "./schema/cluster-schema.ts";
import { ParsedSections } from "./schema/parsed-sections.ts";
import { textbookSchema } from "./schema/textbook-schema.ts";
import { type Fault, faultsOf } from "./schema/zod-issues.ts";
import type { Stopping } from "./sequential.ts";
import { type Combination, combinations } from "./sweep/combinations.ts";
import { tornAxis } from "./sweep/torn-axis.ts";
import { withoutAxes } from "./sweep/without-axes.ts";
import { readLineage, scenarioPath } from "./text/inherit.ts";
import { type Issue, type Path, pathName, ScenarioError } from "./text/issue.ts";
import { Completion, prepareLayer } from "./text/layer.ts";
import { type Override, overridePath, readOverride } from "./text/override.ts";
import { beyond, setAside } from "./text/set-aside.ts";
import { didYouMean } from "./text/spelling.ts";
import { at, changed, keyPlaceOf, type Mapping, merge, placeOf, plain, type Tree, without } from "./text/tree.ts";

export interface LoadOptions {
  readonly files: Files;
  /** Absolute path of the folder from which references and paths on the command line are meant. */
  readonly folder: string;
  readonly overrides?: readonly Override[];
  /** One that was read from the same files before: many scenarios share it. */
  readonly catalogue?: Catalogue;
}

/** A scenario that can be run. */
export interface LoadedScenario {
  readonly name: string;
  readonly description: string;
  readonly seed: number;
  readonly seeds: Seeds;
  /** Of each point; the fewest where a precision is asked for. */
  readonly replications: number;
  /** How long replications of a point go on; undefined if their number is fixed. */
  readonly stopping: Stopping | undefined;
  /** The column whose precision is watched. */
  readonly watched: string;
  /** Everything that holds, each value with its place and provenance; with the sweep, but before it is applied. */
  readonly tree: Tree;
  readonly points: readonly ScenarioPoint[];
  /** Files of measurements that it takes something from: CSV, and catalogues of the user's. */
  readonly files: readonly UsedFile[];
  /** What has to be said beside every result: how traces are sampled, and what was dirty in them. */
  readonly notes: readonly string[];
}

/** One combination of the values of a sweep. */
export interface ScenarioPoint {
  /** Path of a key → its value in base units; words stay words. Empty without a sweep. */
  readonly values: { readonly [path: string]: unknown };
  /** The same as it is written, such as `30s`. */
  readonly labels: { readonly [path: string]: string };
  readonly scenario: Scenario;
  /** Of its random numbers. */
  readonly seed: number;
}

const models = { cluster: clusterSchema, textbook: textbookSchema } as const;
type Model = keyof typeof models;

/** So many levels around a fault are set aside at most to judge the rest. */
const deepest = 3;

/**
 * Reads a scenario, everything it inherits, the catalogue and the traces it names, and checks all of it.
 *
 * @param reference a path, or the name of a scenario that comes with the product
 * @throws ScenarioError with everything that is wrong, each at its line
 * @throws NoScenarioError if there is no such scenario
 */
export const loadScenario = (reference: string, options: LoadOptions): LoadedScenario => {
  const loader = new Loader(options);
  return loader.load(reference);
};

class Loader {
  readonly #options: LoadOptions;
  #catalogue: Catalogue;
  readonly #issues: Issue[] = [];
  readonly #forms: FormShelf;
  readonly #resolver: Resolver;
  readonly #sound: ClusterFile[] = [];
  readonly #sections = new ParsedSections();
  readonly #completion: Completion;
  #set: readonly Tree[] = [];
  /** The same at every point. */
  #precision: ClusterFile["precision"] | undefined;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#catalogue = options.catalogue ?? new Catalogue(options.files);
    this.#completion = new Completion(this.#catalogue);
    this.#forms = new FormShelf(options.files, options.folder, this.#issues);
    this.#resolver = new Resolver(options.files, this.#forms);
  }

  load(reference: string): LoadedScenario {
    const { files, folder, overrides = [] } = this.#options;
    const name = basename(scenarioPath(files, reference, folder)).replace(/\.ya?ml$/i, "");
    const texts = readLineage(files, reference, folder, this.#issues);
    // What is not YAML cannot be judged any further.
    if (this.#issues.some(({ path }) => path.length === 0)) throw new ScenarioError(this.#issues);
    const given = overrides.flatMap((one) => readOverride(one, folder, this.#issues) ?? []);
    const lineage = this.#withOwnCatalogues(texts);
    const set = this.#withOwnCatalogues(given);
    const model = this.#model([...lineage, ...set]);
    const written = model === "textbook" ? endWithWork(lineage, set) : [...lineage, ...set];
    const layers = [this.#catalogue.defaults(model), ...written].map((one) => this.#prepare(one));
    this.#set = layers.slice(layers.length - set.length).map((one) => without(one as Mapping, "sweep"));
    const merged = this.#withoutSetAxes(layers.reduce((base, over) => merge(base, over)) as Mapping);
    const tree = this.#completion.complete(merged);

    const points = this.#combinations(model, tree).map((combination) => this.#point(model, name, merged, combination));
    // A point that is at fault might be the one that has a use for a key.
    this.#judgePrecision(tree);
    const remarks = this.#sound.length === points.length ? this.#judgeUnused(tree, model) : [];
    if (this.#issues.length > 0) throw new ScenarioError(this.#issues);
    const { seed, seeds, replications, description = "" } = plain(tree) as ClusterFile;
    const precision = this.#precision!;
    return {
      name,
      description,
      seed,
      seeds,
      replications,
      stopping: stoppingOf(replications, precision),
      watched: precision.of,
      tree,
      points: points as ScenarioPoint[],
      files: this.#forms.files,
      notes: [...remarks, ...this.#resolver.notes],
    };
  }

  /** Names mean what the files of entries that a text names say, too. */
  #withOwnCatalogues<Text extends Tree>(texts: readonly Text[]): readonly Text[] {
    const { layers, catalogue } = withOwnCatalogues(texts, this.#catalogue, this.#forms, this.#issues);
    this.#catalogue = catalogue;
    return layers;
  }

  /** The model decides which keys there are, so it is read before everything else. */
  #model(layers: readonly Tree[]): Model {
    const named = layers.map((layer) => at(layer, ["model"])).findLast((node) => node !== undefined);
    if (named === undefined) return "cluster";
    const value = String(plain(named));
    if (Object.hasOwn(models, value)) return value as Model;
    const known = Object.keys(models);
    const message = `there is no model ${value}${didYouMean(value, known) || `; there are ${known.join(" and ")}`}`;
    throw new ScenarioError([...this.#issues, { path: ["model"], message, place: named.at }]);
  }

  #prepare(layer: Tree): Tree {
    return prepareLayer(layForms(layer, this.#catalogue, this.#forms, this.#issues), this.#catalogue, this.#issues);
  }

  #combinations(model: Model, tree: Mapping | Tree): Combination[] {
    if (at(tree, ["sweep"]) === undefined) return [new Map()];
    const torn = tornAxis(at(tree, ["sweep"])!);
    if (torn !== undefined) {
      this.#issues.push(torn);
      return [new Map()];
    }
    const parsed = models[model].shape.sweep.safeParse(plain(at(tree, ["sweep"])!));
    if (!parsed.success) {
      const within = parsed.error.issues.map((issue) => ({ ...issue, path: ["sweep", ...issue.path] }));
      this.#tell(tree, faultsOf(models[model], plain(tree), within as z.core.$ZodIssue[]));
      return [new Map()];
    }
    return combinations(tree, parsed.data ?? {}, this.#issues);
  }

  /** What the command line sets is not swept: `--set snapshot.interval=30s` picks one point of an axis, or another. */
  #withoutSetAxes(tree: Mapping): Mapping {
    const sweep = at(tree, ["sweep"]);
    if (sweep?.kind !== "mapping") return tree;
    const set = (this.#options.overrides ?? []).map(({ text }) => overridePath(text).join("."));
    const isSet = (axis: string): boolean => set.some((path) => axis === path || axis.startsWith(`${path}.`));
    const left = withoutAxes(sweep, isSet);
    return left === undefined ? without(tree, "sweep") : (changed(tree, ["sweep"], () => left) as Mapping);
  }

  #point(model: Model, name: string, base: Mapping, combination: Combination): ScenarioPoint | undefined {
    // What the command line sets below an axis, such as an option of a swept policy, holds at each of its points.
    const laid = [...[...combination.values()].map((one) => this.#prepare(one)), ...this.#set];
    const swept = laid.reduce<Tree>((below, over) => merge(below, over), without(base, "sweep"));
    const tree = this.#completion.complete(swept);
    const file = this.#sections.file(models[model], tree) as ScenarioFile | undefined;
    if (file === undefined) {
      const input = plain(tree);
      const faults = faultsOf(models[model], input, models[model].safeParse(input).error?.issues ?? []);
      this.#tell(tree, faults);
      this.#judgeRest(model, name, tree, faults);
      return undefined;
    }
    this.#precision ??= file.precision;
    const scenario = this.#resolve(file, name, tree);
    if (scenario === undefined) return undefined;
    const paths = [...combination.keys()];
    const described = (describe: (path: string[]) => unknown): [string, unknown][] =>
      paths.map((path) => [path, describe(path.split("."))]);
    const label = (path: string): string => {
      const value = plain(at(combination.get(path)!, path.split("."))!);
      return typeof value === "object" ? JSON.stringify(value) : String(value);
    };
    return {
      values: Object.fromEntries(
        described((path) => scalarAt(file, path) ?? plain(at(combination.get(path.join("."))!, path)!)),
      ),
      labels: Object.fromEntries(paths.map((path) => [path, label(path)])),
      scenario,
      seed: pointSeed(scenario, file.seed, file.seeds),
    };
  }

  #judgePrecision(tree: Tree): void {
    const { replications } = plain(tree) as ClusterFile;
    const precision = this.#precision;
    if (precision === undefined) return;
    const path = ["precision", "most"];
    if (precision.relative !== "none" && precision.most < replications)
      this.#tell(tree, [{ path, message: `is ${precision.most}, and replications, the fewest, are ${replications}` }]);
  }

  #judgeUnused(tree: Tree, model: Model): string[] {
    const unused = unusedKeys(tree, this.#sound, this.#catalogue.defaults(model));
    this.#tell(
      tree,
      unused.filter(({ laidOver }) => !laidOver),
    );
    return unused.filter(({ laidOver }) => laidOver).map(({ path, message }) => `${pathName(path)} ${message}`);
  }

  /** Checks what is not at fault in itself, so that everything that is wrong is told at once. */
  #judgeRest(model: Model, name: string, tree: Tree, told: readonly Fault[]): void {
    const defaults = this.#completion.complete(prepareLayer(this.#catalogue.defaults(model), this.#catalogue, []));
    let rest = setAside(tree, told, defaults);
    let faults = told;
    for (let level = 1; level <= deepest; level++) {
      const input = plain(rest);
      const parsed = models[model].safeParse(input);
      if (parsed.success) {
        this.#resolve(parsed.data, name, tree, faults);
        return;
      }
      // A value set aside may leave its neighbours without sense, such as the shape of a law: then all of them go.
      const around = faultsOf(models[model], input, parsed.error.issues).map(({ path, message }) => ({
        path: path.slice(0, -level),
        message,
      }));
      rest = setAside(rest, around, defaults);
      faults = [...faults, ...around];
    }
  }

  #resolve(file: ScenarioFile, name: string, tree: Tree, faults: readonly Fault[] = []): Scenario | undefined {
    const report = beyond(faults, (path, message, related = []) => {
      // Of the values that contradict each other, the one that somebody wrote is shown, not a default.
      const written = [path, ...related].find((one) => ["file", "argument"].includes(placeOf(tree, one).source.kind));
      this.#tell(tree, [{ path, message, at: written ?? path }]);
    });
    if (file.model === "cluster" && faults.length === 0) this.#sound.push(file);
    return this.#resolver.resolve(file, { name, tree, report, sound: () => this.#issues.length === 0 });
  }

  /** Adds faults at the places of their values, except where something else has been said already. */
  #tell(tree: Tree, faults: readonly (Fault & { readonly at?: Path })[]): void {
    for (const { path, message, key, at: shown = path } of faults) {
      const place = key ? keyPlaceOf(tree, path) : placeOf(tree, shown);
      const same = (other: Issue): boolean => other.place.source === place.source && other.place.start === place.start;
      if (!this.#issues.some((other) => same(other) && other.message !== message))
        this.#issues.push({ path, message, place });
    }
  }
}

const scalarAt = (file: unknown, path: readonly string[]): unknown => {
  const found = path.reduce<unknown>(
    (value, key) => (value as { readonly [key: string]: unknown } | undefined)?.[key],
    file,
  );
  return typeof found === "object" ? undefined : found;
};

const stoppingOf = (floor: number, { of, relative, most }: ClusterFile["precision"]): Stopping | undefined =>
  relative === "none" ? undefined : { of, relative, floor, ceiling: most };
