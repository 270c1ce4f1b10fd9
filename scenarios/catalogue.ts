import { bundledFolder } from "./bundled-folder.ts";
import type { Files } from "./files.ts";
import { type Issue, ScenarioError } from "./text/issue.ts";
import type { Source } from "./text/place.ts";
import { readYaml } from "./text/read-yaml.ts";
import type { CatalogueKind } from "./text/slots.ts";
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
  readonly #kinds = new Map<string, Mapping>();

  constructor(files: Files) {
    this.#files = files;
  }

  /** All entries of one kind. */
  entries(kind: CatalogueKind): Mapping {
    return this.#load(kind, "catalogue");
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
