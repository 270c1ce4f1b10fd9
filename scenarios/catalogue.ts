import { bundledFolder } from "./bundled-folder.ts";
import type { Files } from "./files.ts";
import { type Issue, ScenarioError } from "./text/issue.ts";
import type { Place, Source } from "./text/place.ts";
import { readYaml } from "./text/read-yaml.ts";
import { type CatalogueKind, catalogueKinds } from "./text/slots.ts";
import { didYouMean } from "./text/spelling.ts";
import { type Mapping, mapping, type Tree } from "./text/tree.ts";
import { parseQuantity, quantities } from "./text/units.ts";

/** A part of defaults.yaml: of a model, or of what stands beside something that a scenario says. */
export type DefaultsSection =
  | "cluster"
  | "textbook"
  | "stopAndCopy"
  | "preCopy"
  | "postCopy"
  | "trafficPattern"
  | "workload"
  | "workingSet"
  | "failureLaw"
  | "failureTrace"
  | "diskLaw"
  | "diskTrace"
  | "shockLaw"
  | "shockTimes"
  | "vmDisk";

/** Named workloads, hardware, policies and laws, and the defaults of every key; each number with its provenance. */
export class Catalogue {
  readonly #files: Files;
  readonly #kinds: Map<string, Mapping>;
  /** Entries of the user's. */
  readonly #own: ReadonlyMap<string, Mapping>;

  constructor(files: Files, kinds = new Map<string, Mapping>(), own: ReadonlyMap<string, Mapping> = new Map()) {
    this.#files = files;
    this.#kinds = kinds;
    this.#own = own;
  }

  /** All entries of one kind. */
  entries(kind: CatalogueKind): Mapping {
    const [bundled, own] = [this.#load(kind, "catalogue"), this.#own.get(kind)];
    return own === undefined ? bundled : { ...bundled, entries: new Map([...bundled.entries, ...own.entries]) };
  }

  /**
   * This catalogue and the entries of a file of the user's, by kind and name.
   *
   * @param issues gets what is wrong with them, each at its place; no name may stand for two things
   */
  with(source: Source, issues: Issue[]): Catalogue {
    const { tree, issues: faults } = readYaml(source);
    issues.push(...faults);
    const complain = (message: string, place: Place): void => void issues.push({ path: ["catalogue"], message, place });
    if (tree.kind !== "mapping") {
      complain(`a catalogue is a mapping of kinds such as ${catalogueKinds.join(", ")}`, tree.at);
      return this;
    }
    const own = new Map(this.#own);
    for (const [kind, { key, value }] of tree.entries) {
      if (!isKind(kind)) {
        const hint = didYouMean(kind, catalogueKinds) || `; there are ${catalogueKinds.join(", ")}`;
        complain(`the catalogue has no kind ${kind}${hint}`, key);
        continue;
      }
      const lifted = liftProvenance(value, issues);
      if (lifted.kind !== "mapping") {
        complain(`${kind} are a mapping of names to what they stand for`, key);
        continue;
      }
      const known = this.entries(kind).entries;
      for (const [name, entry] of lifted.entries)
        if (known.has(name))
          complain(`there is a ${name} in the catalogue of ${kind} already: call it otherwise`, entry.key);
      own.set(kind, mapping([...(own.get(kind)?.entries ?? []), ...lifted.entries], lifted.at));
    }
    return new Catalogue(this.#files, this.#kinds, own);
  }

  names(kind: CatalogueKind): readonly string[] {
    return [...this.entries(kind).entries.keys()];
  }

  /** The entry of that name, carrying its name when it is a mapping. */
  find(kind: CatalogueKind, name: string): Tree | undefined {
    const entry = this.entries(kind).entries.get(name);
    if (entry === undefined || entry.value.kind !== "mapping") return entry?.value;
    const { entries, at } = entry.value;
    const own: [string, { key: typeof at; value: Tree }] = [
      "name",
      { key: entry.key, value: { kind: "scalar", value: name, at: entry.key } },
    ];
    return { ...mapping([own, ...entries], entry.key), whole: true };
  }

  /** The values that hold where a scenario says nothing, by section of defaults.yaml. */
  defaults(section: DefaultsSection): Mapping {
    const found = this.#load("defaults", "defaults").entries.get(section)?.value;
    if (found?.kind !== "mapping") throw new Error(`catalogue/defaults.yaml has no section ${section}`);
    return found;
  }

  #load(name: string, kind: Source["kind"]): Mapping {
    let loaded = this.#kinds.get(name);
    if (loaded === undefined) {
      const folder = `${bundledFolder}catalogue/`;
      const source: Source = {
        kind,
        name: `catalogue/${name}.yaml`,
        folder,
        text: this.#files.read(`${folder}${name}.yaml`),
      };
      const { tree, issues } = readYaml(source);
      const found: Issue[] = [...issues];
      const lifted = liftProvenance(tree, found);
      if (found.length > 0) throw new ScenarioError(found);
      if (lifted.kind !== "mapping") throw new Error(`${source.name} must be a mapping`);
      loaded = lifted;
      this.#kinds.set(name, loaded);
    }
    return loaded;
  }
}

const isKind = (name: string): name is CatalogueKind => (catalogueKinds as readonly string[]).includes(name);

const provenances = /^(assumed|published|measured|derived|fitted|by definition)\b/;

const isQuantity = (value: unknown): boolean =>
  typeof value === "number" ||
  (typeof value === "string" && quantities.some((quantity) => parseQuantity(quantity, value).ok));

/** Turns `{value: 60s, source: assumed}` into the scalar with its provenance; a number without source is an issue. */
const liftProvenance = (tree: Tree, issues: Issue[]): Tree => {
  if (tree.kind === "list") return { ...tree, items: tree.items.map((item) => liftProvenance(item, issues)) };
  if (tree.kind === "scalar") {
    if (isQuantity(tree.value)) {
      issues.push({ path: [], message: "a number of the catalogue needs {value, source}", place: tree.at });
    }
    return tree;
  }
  const value = tree.entries.get("value")?.value;
  const source = tree.entries.get("source")?.value;
  if (tree.entries.size === 2 && value?.kind === "scalar" && source?.kind === "scalar") {
    if (!provenances.test(String(source.value))) {
      issues.push({
        path: [],
        message: "a source begins with assumed, published, measured, derived, fitted or by definition",
        place: source.at,
      });
    }
    return { ...value, provenance: String(source.value) };
  }
  return {
    ...tree,
    entries: new Map(
      [...tree.entries].map(([key, entry]) => [key, { ...entry, value: liftProvenance(entry.value, issues) }]),
    ),
  };
};
