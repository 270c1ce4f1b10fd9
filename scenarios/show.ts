import { Document, stringify, Scalar as YamlScalar } from "yaml";
import type { LoadedScenario } from "./load.ts";
import { type Place, position } from "./text/place.ts";
import type { Scalar, Tree } from "./text/tree.ts";

interface Line {
  readonly text: string;
  readonly comment: string;
}

/**
 * The whole scenario as YAML: everything that was inherited, named or assumed, and behind each value where it is from.
 * Read again, it gives the same runs.
 */
export const showScenario = ({ tree, notes }: LoadedScenario): string => {
  // What the scenario is about comes first, the rest in the order of the defaults.
  const lines = [...linesOf(tree, "")].sort((a, b) => +isAbout(b) - +isAbout(a));
  const width = Math.min(60, Math.max(...lines.map(({ text }) => text.length)));
  const body = lines.map(({ text, comment }) => (comment === "" ? text : `${text.padEnd(width)}  # ${comment}`));
  return [...body, ...notes.map((note) => `# ${note}`), ""].join("\n");
};

const isAbout = ({ text }: Line): boolean => text.startsWith("description:");

function* linesOf(tree: Tree, indent: string): Generator<Line> {
  if (tree.kind !== "mapping") return;
  for (const [key, { value }] of tree.entries) {
    const head = `${indent}${written(key)}:`;
    if (value.kind === "mapping" && value.entries.size > 0) {
      yield { text: head, comment: "" };
      yield* linesOf(value, `${indent}  `);
    } else if (value.kind === "scalar") {
      yield { text: `${head} ${written(value.value)}`, comment: origin(value) };
    } else {
      yield { text: `${head} ${flow(value)}`, comment: whereFrom(value.at) };
    }
  }
}

/** `my.yaml:7`, `default, assumed`, `catalogue/disks.yaml:12, published: …`. */
const origin = ({ at, provenance }: Scalar): string => {
  const where = at.source.kind === "defaults" ? "default" : whereFrom(at);
  return provenance === undefined ? where : `${where}, ${provenance}`;
};

const whereFrom = (place: Place): string =>
  place.source.kind === "argument" ? place.source.name : `${place.source.name}:${position(place).line}`;

const written = (value: string | number | boolean | null): string => stringify(value, { lineWidth: 0 }).trimEnd();

const flow = (tree: Tree): string => {
  if (tree.kind === "scalar") return inFlow(tree.value);
  if (tree.kind === "list") return `[${tree.items.map(flow).join(", ")}]`;
  return `{ ${[...tree.entries].map(([key, { value }]) => `${inFlow(key)}: ${flow(value)}`).join(", ")} }`;
};

/** A word inside brackets, quoted where a comma or bracket would end it. */
const inFlow = (value: string | number | boolean | null): string => {
  const document = new Document([new YamlScalar(value)]);
  (document.contents as { flow?: boolean }).flow = true;
  return document
    .toString({ lineWidth: 0 })
    .trim()
    .replace(/^\[ ?(.*?) ?\]$/s, "$1");
};
