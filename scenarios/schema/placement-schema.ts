import * as z from "zod";
import type { CopyPlacement } from "../../models/placement/copy-placement.ts";
import { didYouMean } from "../text/spelling.ts";

const forms = ["random", "rack-aware", "copyset(2)", "tiered", "local-first", "partner"];
const written = /^(random|rack-aware|local-first|partner|tiered|copyset)\s*(?:\(\s*(\d+)\s*\))?$/;

/** Where copies go: a word, or a word with a number, such as `copyset(4)`. */
export const placementSchema = z
  .unknown()
  .transform((input, context): CopyPlacement => {
    const complain = (message: string): never => {
      context.issues.push({ code: "custom", message, input });
      return z.NEVER;
    };
    const [, word, number] = written.exec(typeof input === "string" ? input.trim() : "") ?? [];
    switch (word) {
      case "random":
      case "rack-aware":
      case "local-first":
      case "partner":
        return number === undefined ? { kind: word } : complain(`${word} takes no number`);
      case "tiered":
        return number === "0"
          ? complain("tiered(0) has no backup tier: give its racks, at least 1")
          : { kind: word, racks: Number(number ?? 1) };
      case "copyset":
        if (number === undefined) return complain("copyset needs its scatter width, such as copyset(4)");
        return number === "0"
          ? complain("copyset(0) scatters nothing: give at least 1")
          : { kind: word, scatterWidth: Number(number) };
      default: {
        const hint =
          typeof input === "string"
            ? didYouMean(
                input.replace(/\(.*/, ""),
                forms.map((form) => form.replace(/\(.*/, "")),
              )
            : "";
        return complain(`${JSON.stringify(input)} is not known here: must be one of ${forms.join(", ")}${hint}`);
      }
    }
  })
  .meta({
    description:
      "Where copies go; the number of copyset is its scatter width, that of tiered the racks of its backup tier",
    anyOf: [
      { enum: forms.filter((form) => !form.startsWith("copyset")) },
      { type: "string", pattern: "^(copyset|tiered)\\(\\d+\\)$" },
    ],
  });
