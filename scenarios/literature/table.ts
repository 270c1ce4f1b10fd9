import type { Compared } from "./target.ts";

/** A paragraph for each result. */
export const asText = (compared: readonly Compared[]): string =>
  [...compared.map(entry), "", summary(compared)].join("\n");

/** A page with one table. */
export const asMarkdown = (compared: readonly Compared[]): string => {
  const rows = compared.map((row) => {
    const { id, tier, what, source, target, ours, tolerance, measure, why = "" } = row;
    const isCompared = ours !== undefined;
    return [
      id,
      tier,
      `${what} (${source})`,
      isCompared ? figures(target) : "",
      isCompared ? figures(ours) : "",
      isCompared ? rangeOf(tolerance, measure) : "",
      verdictOn(row),
      why,
    ];
  });
  const head = ["", "tier", "what", "target", "ours", "tolerance", "", "remark"];
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map(cell).join(" | ")} |`);
  return [
    "# Formulas and publications beside what is computed and simulated",
    "",
    ...lines,
    "",
    summary(compared),
  ].join("\n");
};

const cell = (text: string): string => text.replaceAll("|", "\\|");

const summary = (compared: readonly Compared[]): string => {
  const met = compared.filter(({ within }) => within === true).length;
  const told = compared.filter(({ within }) => within !== undefined).length;
  return `${met} of ${told} are within their tolerance; ${compared.length - told} are not compared, for the reasons given. Formulas are most of them. What is taken from the source of a target, or chosen so that it is met, says so.`;
};

const verdictOn = ({ within }: Compared): string =>
  within === undefined ? "not compared" : within ? "within" : "NOT within";

const entry = (row: Compared): string => {
  const { id, tier, what, source, target, ours, tolerance, measure, why } = row;
  const lines = [
    `${id} (${tier}): ${verdictOn(row)}`,
    `  ${what} (${source})`,
    ...(ours === undefined
      ? []
      : [
          `  target ${figures(target)}`,
          `  ours   ${figures(ours)}   ${measure === "atMost" ? "" : "tolerance "}${rangeOf(tolerance, measure)}`,
        ]),
    ...(why === undefined ? [] : [`  ${why}`]),
  ];
  return lines.join("\n");
};

const rangeOf = (tolerance: number, measure: Compared["measure"]): string => {
  if (measure === "factor") return `a factor of ${tolerance}`;
  return measure === "atMost" ? "at most the target" : `${Number((100 * tolerance).toPrecision(2))} %`;
};

const figures = (values: readonly number[]): string => values.map((value) => Number(value.toPrecision(4))).join("; ");
