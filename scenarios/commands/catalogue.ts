import { Catalogue } from "../catalogue.ts";
import { listCatalogue } from "../catalogue-list.ts";
import { type CatalogueKind, catalogueKinds } from "../text/slots.ts";
import type { CommandLine } from "./command-line.ts";

/** Lists the names of one kind, or of all. */
export const catalogue = (line: CommandLine, given: { readonly kind?: CatalogueKind }): void => {
  const known = new Catalogue(line.files);
  const kinds = given.kind === undefined ? catalogueKinds : [given.kind];
  line.print(kinds.map((kind) => listCatalogue(known, kind)).join("\n\n"));
};
