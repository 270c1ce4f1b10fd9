import type { BarKind, Mark, TimelineData } from "./data.ts";

/** Okabe and Ito's palette, with tints of it for what is usual. */
export const colours: { readonly [kind in BarKind]: string } = {
  up: "#d7ead9",
  pause: "#000000",
  detect: "#d55e00",
  noSpare: "#7a1f00",
  plan: "#e69f00",
  transfer: "#0072b2",
  resume: "#56b4e9",
  announce: "#8fd0f5",
  coldStart: "#999999",
  planned: "#c9b8d8",
  capturing: "#0072b2",
  copying: "#56b4e9",
  durable: "#009e73",
  down: "#f3b7a0",
  capture: "#0072b2",
  replicate: "#56b4e9",
  merge: "#b59a00",
  repair: "#e69f00",
  restore: "#cc79a7",
};

export const markColours: { readonly [kind in Mark["kind"]]: string } = {
  failure: "#d55e00",
  return: "#009e73",
  found: "#e69f00",
  chosen: "#0072b2",
  done: "#000000",
};

const names: { readonly [kind in BarKind]: string } = {
  up: "up",
  pause: "paused",
  detect: "failed, not known yet",
  noSpare: "waits for a host",
  plan: "rollback: plan",
  transfer: "rollback: pages on their way",
  resume: "rollback: starts",
  announce: "rollback: announced",
  coldStart: "cold start",
  planned: "snapshot: planned",
  capturing: "snapshot: captured",
  copying: "snapshot: copied",
  durable: "snapshot: durable",
  down: "host down",
  capture: "flow: capture",
  replicate: "flow: copies",
  merge: "flow: merge",
  repair: "flow: repair",
  restore: "flow: restore",
};

/** Only what there is. */
export const legend = ({ lanes }: TimelineData): { readonly name: string; readonly colour: string }[] => {
  const kinds = new Set(lanes.flatMap(({ bars }) => bars.map(({ kind }) => kind)));
  return Object.entries(names).flatMap(([kind, name]) =>
    kinds.has(kind as BarKind) ? [{ name, colour: colours[kind as BarKind] }] : [],
  );
};
