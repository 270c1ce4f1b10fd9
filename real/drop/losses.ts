import type { FrameClass } from "../pages/page-classes.ts";

/** Pages that a restore does without, and what it has instead: zeros, what their kernel had cached them of, or the death of their processes. */
export interface LossStep {
  readonly classes: readonly FrameClass[];
  readonly onLoss: "zero-fill" | "re-read" | "kill-process";
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
  { name: "anonymous", steps: [{ classes: ["anonymous"], onLoss: "kill-process" }] },
  zeros("anonymous-locked"),
  zeros("slab"),
  zeros("kernel"),
  zeros("unmanaged"),
];

/** In words: `re-read`, or `zero-fill, re-read`. */
export const wayOf = ({ steps }: Loss): string => steps.map(({ onLoss }) => onLoss).join(", ") || "none";
