import type { LifeCycleEvent, Place, RollbackEnds, VmOutcomes } from "../../models/life-cycle-events.ts";
import { inBytes, inSeconds } from "./figures.ts";

/** An event in words: who, what, and the figures to it. */
export interface Sentence {
  readonly who: string;
  readonly what: string;
  readonly figures: string;
}

/** @param time writes the time of an event */
export const sentence = (event: LifeCycleEvent, time: (seconds: number) => string): Sentence => {
  const say = (who: string, what: string, ...figures: readonly string[]): Sentence => ({
    who,
    what,
    figures: figures.filter((figure) => figure !== "").join(", "),
  });
  switch (event.kind) {
    case "begin":
      return say("run", "begins", ...event.clusters.flatMap(({ vms }) => vms.map(at)));
    case "end":
      return say("run", "ends");
    case "snapshot": {
      const { cluster, snapshot, state } = event;
      const what = `snapshot ${snapshot} ${state}`;
      if (state === "planned" || state === "broken") return say(cluster, what);
      const { age, whole, bytes } = event;
      if (state === "cut") return say(cluster, what, whole ? "whole" : "changes only", inBytes(bytes));
      return say(cluster, what, `${inSeconds(age)} after its cut`);
    }
    case "cut":
      return say(event.vm, `cut of snapshot ${event.snapshot}`, inBytes(event.bytes), `on ${event.host}`);
    case "crossing": {
      const { cluster, snapshot, orphans, dropped, forced } = event;
      const counts = [
        [orphans, "orphan messages"],
        [dropped, "messages dropped"],
        [forced, "cuts forced"],
      ] as const;
      const told = counts
        .filter(([count]) => count > 0)
        .map(([count, what]) => `${Number(count.toPrecision(4))} ${what}`);
      return say(cluster, `snapshot ${snapshot} crossed`, ...told);
    }
    case "restore-point": {
      const what = event.snapshot === undefined ? "restore point: image" : `restore point: snapshot ${event.snapshot}`;
      return say(event.cluster, what, `${inSeconds(event.age)} old`);
    }
    case "vm":
      return say(event.vm, `${event.from} → ${event.to}`, event.host === undefined ? "" : `on ${event.host}`);
    case "failure": {
      const { name, permanent, ignored, suspected, vms } = event;
      if (ignored) return say(name, "fails", "down already");
      if (suspected) return say(name, "is suspected", "healthy", `fenced: ${vms.join(", ")}`);
      return say(
        name,
        "fails",
        permanent ? "for good" : "",
        vms.length === 0 ? "no VM lost" : `lost: ${vms.join(", ")}`,
      );
    }
    case "return":
      return say(event.name, "returns");
    case "shock":
      return say(event.name, "strikes", ...(event.hosts.length === 0 ? ["nobody hit"] : event.hosts));
    case "corruption":
      return say(event.vm, event.state === "begins" ? "goes on with wrong data" : "found to have wrong data");
    case "detection":
      return say(event.cluster, "failure found", event.vms.join(", "));
    case "rollback":
      if (event.phase === "done")
        return say(event.cluster, `rollback: ${event.outcome}`, ...harm(event.vms), ...lengths(event));
      if (event.phase !== "chosen") return say(event.cluster, `rollback: ${event.phase}`);
      return say(
        event.cluster,
        event.snapshot === undefined ? "rollback: to the image" : `rollback: to snapshot ${event.snapshot}`,
        `${inSeconds(event.lost)} of work lost`,
        event.degraded ? "degraded" : "",
        ...event.places.map(at),
      );
    case "transfer": {
      const { vm, id, state, errand, snapshot, from, to, bytes } = event;
      const of = snapshot === undefined ? errand : `${errand} of snapshot ${snapshot}`;
      const moved = state === "begin" || state === "done" ? "" : `${inBytes(event.moved)} of `;
      return say(vm, `transfer ${id} ${state}`, of, `${moved}${inBytes(bytes)}`, way(from, to));
    }
    case "stored":
      return say("disks", "hold", `${inBytes(event.copies)} of copies`, `${inBytes(event.staged)} where captured`);
    case "jump": {
      const kind = event.approximate ? "cycles like those before" : "cycles that repeat";
      return say("time", "jumps", `to ${time(event.to)}`, `over ${event.cycles} ${kind}`);
    }
  }
};

const harm = (vms: VmOutcomes | "failed"): string[] => {
  if (vms === "failed") return [];
  const { degraded, reRead, zeroFilled, killed } = vms;
  return [
    degraded > 0 ? `${degraded} VM${degraded === 1 ? "" : "s"} degraded` : "",
    reRead > 0 ? `${inBytes(reRead)} read again` : "",
    zeroFilled > 0 ? `${inBytes(zeroFilled)} filled with zeros` : "",
    killed > 0 ? `${inBytes(killed)} of killed processes` : "",
  ];
};

const at = ({ vm, host }: Place): string => `${vm} on ${host}`;

const way = (from: readonly string[], to: readonly string[]): string => {
  const [source, target] = [together(from), together(to)];
  if (source === target) return `on ${source}`;
  return [source === "" ? "" : `from ${source}`, target === "" ? "" : `to ${target}`].join(" ").trim();
};

/** `host 3`, `hosts 0 4 11`: a dozen of them is usual. */
const together = (names: readonly string[]): string => {
  const numbers = names.map((name) => /^host (\d+)$/.exec(name)?.[1]);
  if (names.length < 2 || numbers.includes(undefined)) return names.join(", ");
  return `hosts ${numbers
    .map(Number)
    .sort((a, b) => a - b)
    .join(" ")}`;
};

const lengths = ({ rpo, rto, ttr, residency }: RollbackEnds): string[] => [
  `rpo ${inSeconds(rpo)}`,
  `rto ${inSeconds(rto)}`,
  `ttr ${ttr === undefined ? "never" : inSeconds(ttr)}`,
  `residency ${residency === undefined ? "never" : inSeconds(residency)}`,
];
