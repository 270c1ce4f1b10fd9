import * as z from "zod";
import type { AdmissionPlan } from "../../models/scenario.ts";
import { didYouMean } from "../text/spelling.ts";

const forms = ["all-at-once", "bounded(2)", "smallest-first(2)", "priority(2)"];
const written = /^(all-at-once|bounded|smallest-first|priority)\s*(?:\(\s*(\d+)\s*\))?$/;

/** Which clusters bring their pages to their hosts at once: a word, with their number such as `bounded(2)`. */
export const admissionSchema = z
  .unknown()
  .transform((input, context): AdmissionPlan => {
    const complain = (message: string): never => {
      context.issues.push({ code: "custom", message, input });
      return z.NEVER;
    };
    const [, word, number] = written.exec(typeof input === "string" ? input.trim() : "") ?? [];
    switch (word) {
      case "all-at-once":
        return number === undefined ? { kind: word } : complain(`${word} takes no number`);
      case "bounded":
      case "smallest-first":
      case "priority":
        if (number === undefined) return complain(`${word} needs the clusters at once, such as ${word}(2)`);
        return number === "0"
          ? complain(`${word}(0) admits nobody: give at least 1`)
          : { kind: word, most: Number(number) };
      default: {
        const words = forms.map((form) => form.replace(/\(.*/, ""));
        const hint = typeof input === "string" ? didYouMean(input.replace(/\(.*/, ""), words) : "";
        return complain(`${JSON.stringify(input)} is not known here: must be one of ${forms.join(", ")}${hint}`);
      }
    }
  })
  .meta({
    description:
      "Clusters that bring their pages to their hosts at once: all, or so many, those first that came first, have least to bring, or have the least number",
    anyOf: [{ const: "all-at-once" }, { type: "string", pattern: "^(bounded|smallest-first|priority)\\(\\d+\\)$" }],
  });
