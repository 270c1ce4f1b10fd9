import { pageTypeOf } from "./page-classes.ts";
import type { Survey } from "./survey.ts";

/**
 * The page mix of a guest as scenarios read it (`cluster: { workload: { mix: ./mix.csv, curve: ./curve.csv } }`): a line
 * for each class that has frames, with its parts by content. What it has in common with guests that were surveyed before it
 * is `interVm`. One look at a memory tells nothing of writes: they are for a curve to give.
 */
export const pageMixCsv = ({ classes }: Survey): string =>
  [
    ["class", "type", "pages", "zero", "selfDuplicate", "interVm", "unique"],
    ...classes
      .filter((one) => one.frames > 0)
      .map(({ class: name, frames, zero, inside, across }) => [
        name,
        pageTypeOf[name],
        frames,
        ...[zero, inside, across, frames - zero - inside - across].map((part) => part / frames),
      ]),
  ]
    .map((row) => row.join(","))
    .join("\n");
