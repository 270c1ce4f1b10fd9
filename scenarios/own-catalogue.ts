import { isAbsolute, join } from "node:path";
import type { Catalogue } from "./catalogue.ts";
import type { FormShelf } from "./csv-forms/form-shelf.ts";
import type { Issue } from "./text/issue.ts";
import { type Mapping, type Tree, without } from "./text/tree.ts";

/** Texts of a scenario, and the catalogue that their names are looked up in. */
interface Named<Text> {
  readonly layers: readonly Text[];
  readonly catalogue: Catalogue;
}

/**
 * Texts without their `catalogue: ./mine.yaml`, and the catalogue with the entries of all files that they name so: each text
 * adds to those below it.
 */
export const withOwnCatalogues = <Text extends Tree>(
  layers: readonly Text[],
  catalogue: Catalogue,
  forms: FormShelf,
  issues: Issue[],
): Named<Text> => {
  let known = catalogue;
  const rest = layers.map((layer) => {
    const named = layer.kind === "mapping" ? layer.entries.get("catalogue") : undefined;
    if (named === undefined) return layer;
    const { at } = named.value;
    const value = named.value.kind === "scalar" ? named.value.value : undefined;
    const complain = (message: string): void => void issues.push({ path: ["catalogue"], message, place: at });
    if (typeof value !== "string" || value === "") complain("expected the path of one file with entries of your own");
    else {
      const source = forms.catalogue(isAbsolute(value) ? value : join(at.source.folder, value), complain);
      if (source !== undefined) known = known.with(source, issues);
    }
    return without(layer as Mapping, "catalogue") as Text;
  });
  return { layers: rest, catalogue: known };
};
