import type { FrameClass } from "../pages/page-classes.ts";

/** Pages that a restore does without, and what it has instead: zeros, or what their kernel had cached them of. */
export interface LossStep {
  readonly classes: readonly FrameClass[];
  readonly onLoss: "zero-fill" | "re-read";
}

export interface Loss {
  readonly name: string;
  readonly steps: readonly LossStep[];
}

const clean = ["cache-clean", "cache-private-clean"] as const satisfies FrameClass[];
const zeros = (...classes: readonly FrameClass[]): Loss => ({
  name: classes.join(" "),
  steps: [{ classes, onLoss: "zero-fill" }],
});

/** What guests are to survive: nothing at first, then each class of pages alone, and what a policy would drop. */
export const losses: readonly Loss[] = [
  { name: "nothing", steps: [] },
  zeros("free"),
  zeros("cache-clean"),
  zeros("cache-private-clean"),
  { name: clean.join(" "), steps: [{ classes: clean, onLoss: "re-read" }] },
  {
    name: ["free", ...clean].join(" "),
    steps: [
      { classes: ["free"], onLoss: "zero-fill" },
      { classes: clean, onLoss: "re-read" },
    ],
  },
  zeros("cache-dirty"),
  zeros("cache-private-dirty"),
  zeros("anonymous"),
  zeros("slab"),
  zeros("kernel"),
  zeros("unmanaged"),
];

/** In words: `re-read`, or `zero-fill, re-read`. */
export const wayOf = ({ steps }: Loss): string => steps.map(({ onLoss }) => onLoss).join(", ") || "none";
