import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Files, whyUnreadable } from "../../scenarios/files.ts";
import { type Fault, faultsOf } from "../../scenarios/schema/zod-issues.ts";
import { type Issue, ScenarioError } from "../../scenarios/text/issue.ts";
import { type Source, shownPath } from "../../scenarios/text/place.ts";
import { readYaml } from "../../scenarios/text/read-yaml.ts";
import { didYouMean } from "../../scenarios/text/spelling.ts";
import { at, keyPlaceOf, placeOf, plain } from "../../scenarios/text/tree.ts";
import { TestbedError } from "../testbed-error.ts";
import type { Inventory } from "./inventory.ts";
import { inventorySchema } from "./inventory-schema.ts";
import { resolveInventory } from "./resolve-inventory.ts";

const bundledFolder = fileURLToPath(new URL("../testbeds/", import.meta.url));

/** Names of the inventories that come with the product. */
export const bundledInventories = (files: Files): readonly string[] =>
  files
    .names(bundledFolder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.replace(/\.yaml$/, ""));

/**
 * Reads an inventory and checks all of it.
 *
 * @param reference a path from `folder`, or the name of an inventory that comes with the product
 * @throws TestbedError if there is no such file
 * @throws ScenarioError with everything that is wrong in it, each at its line and column
 */
export const readInventory = (files: Files, reference: string, folder: string): Inventory => {
  const bundled = bundledInventories(files);
  const isPath = /[/\\]|\.ya?ml$/i.test(reference) || !bundled.includes(reference);
  const path = !isPath
    ? join(bundledFolder, `${reference}.yaml`)
    : isAbsolute(reference)
      ? reference
      : join(folder, reference);
  let text: string;
  try {
    text = files.read(path);
  } catch (error) {
    const hint = didYouMean(reference, bundled) || ";";
    throw new TestbedError(
      `cannot read inventory ${reference}: ${whyUnreadable(error)}${hint} built in are ${bundled.join(", ")}`,
    );
  }
  return parseInventory({ kind: "file", name: shownPath(path, folder), folder: dirname(path), text });
};

/** @throws ScenarioError with everything that is wrong, each at its line and column */
export const parseInventory = (source: Source): Inventory => {
  const { tree, issues } = readYaml(source);
  if (issues.length > 0) throw new ScenarioError(issues);
  if (tree.kind !== "mapping") {
    const message = "an inventory is a mapping of keys such as driver: namespace";
    throw new ScenarioError([{ path: [], message, place: tree.at }]);
  }
  const faults: Fault[] = [];
  // zod passes over such a key without a word.
  const hosts = at(tree, ["hosts"]);
  if (hosts?.kind === "mapping" && hosts.entries.has("__proto__"))
    faults.push({ path: ["hosts", "__proto__"], message: "is no name for a host", key: true });
  const input = plain(tree);
  const parsed = inventorySchema.safeParse(input);
  let inventory: Inventory | undefined;
  if (!parsed.success) faults.push(...faultsOf(inventorySchema, input, parsed.error.issues));
  else {
    inventory = resolveInventory(parsed.data, source.folder, (path, message, key) =>
      faults.push({ path, message, ...(key ? { key } : {}) }),
    );
  }
  if (inventory !== undefined && faults.length === 0) return inventory;
  throw new ScenarioError(
    faults.map(
      ({ path, message, key }): Issue => ({
        path,
        message,
        place: key ? keyPlaceOf(tree, path) : placeOf(tree, path),
      }),
    ),
  );
};
