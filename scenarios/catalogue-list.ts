import { distinctWrites } from "../models/guest/memory.ts";
import { align } from "./align.ts";
import type { Catalogue } from "./catalogue.ts";
import { pageClasses } from "./resolve/resolve-cluster.ts";
import { clusterSchema } from "./schema/cluster-schema.ts";
import type { CatalogueKind } from "./text/slots.ts";
import { plain, type Tree } from "./text/tree.ts";

/** The memory and the times for which writes are listed. */
const memory = 4 * 2 ** 30;
const times = [1, 10, 60] as const;

const pageSize = 4096;
const critical = ["cacheDirty", "anonymous", "kernel"];

/**
 * The entries of one kind, a line each: what they are, and how many of their numbers are assumed. Of workloads what
 * follows from their classes is listed: distinct bytes that a VM of 4 GiB writes, and parts of its memory.
 */
export const listCatalogue = (catalogue: Catalogue, kind: CatalogueKind): string => {
  const entries = catalogue
    .names(kind)
    .map((name) => ({ name, tree: catalogue.entries(kind).entries.get(name)!.value }));
  if (kind === "workloads") {
    const head = ["workloads", ...times.map((seconds) => `written in ${seconds} s`), "critical", "zero", "assumed"];
    return align([head, ...entries.map(({ name, tree }) => [name, ...workloadCells(tree), assumed(tree)])]);
  }
  const rows = entries.map(({ name, tree }) => [name, summary(tree), assumed(tree)] as const);
  const widths = [0, 1].map((column) => Math.max(kind.length, ...rows.map((row) => row[column]!.length)));
  const lines = [[kind, "", "assumed"], ...rows].map(
    ([name, what, share]) => `${name!.padEnd(widths[0]!)}  ${what!.padEnd(widths[1]!)}  ${share}`,
  );
  return lines.join("\n");
};

const workloadCells = (tree: Tree): string[] => {
  const { classes: specs } = clusterSchema.shape.cluster.shape.workload
    .partial({ dirtyModel: true, workingSet: true })
    .parse(plain(tree));
  const classes = pageClasses(specs, memory);
  const part = (weight: (one: (typeof classes)[number]) => number): string => {
    const sum = classes.reduce((total, one) => total + one.pages * weight(one), 0);
    return `${Math.round((100 * sum * pageSize) / memory)} %`;
  };
  const written = times.map((seconds) => {
    const pages = classes.reduce((sum, one) => sum + distinctWrites(one.pages, one.writesPerSecond, seconds), 0);
    return `${Number(((pages * pageSize) / 1e6).toPrecision(3))} MB`;
  });
  return [...written, part(({ type }) => (critical.includes(type) ? 1 : 0)), part(({ content }) => content.zero)];
};

const summary = (tree: Tree): string => {
  if (tree.kind === "scalar") return String(tree.value);
  if (tree.kind === "list") return tree.items.map(summary).join(" ");
  return [...tree.entries]
    .map(([key, { value }]) => `${key} ${value.kind === "mapping" ? `(${summary(value)})` : summary(value)}`)
    .join(", ");
};

/** `11 of 12`: the numbers of an entry that are assumed, of all that it has. */
const assumed = (tree: Tree): string => {
  const sources = provenances(tree);
  return `${sources.filter((source) => source.startsWith("assumed")).length} of ${sources.length}`;
};

const provenances = (tree: Tree): string[] => {
  if (tree.kind === "scalar") return tree.provenance === undefined ? [] : [tree.provenance];
  const inner = tree.kind === "list" ? tree.items : [...tree.entries.values()].map(({ value }) => value);
  return inner.flatMap(provenances);
};
