import { type LifeCycleEvent, lifeCycleKinds, type RunBegins } from "../../models/life-cycle-events.ts";
import { didYouMean } from "../text/spelling.ts";

/** Thrown for a word that is neither a kind of event nor the name of something that takes part. */
export class UnknownSubjectError extends Error {
  override readonly name = "UnknownSubjectError";
}

/**
 * Which events somebody wants to see: of the kinds that are named, or of all, and of those only what concerns one of the
 * clusters, VMs and hosts that are named. `*` stands for any letters in a name.
 *
 * @returns a test of events
 * @throws UnknownSubjectError for a word that means nothing
 */
export const chooseEvents = (words: readonly string[], cast: RunBegins): ((event: LifeCycleEvent) => boolean) => {
  const known = [
    ...cast.clusters.flatMap(({ name, vms }) => [name, ...vms.map(({ vm }) => vm)]),
    ...cast.hosts.map(({ name }) => name),
  ];
  const kinds = new Set<string>();
  const names = new Set<string>();
  for (const word of words) {
    if ((lifeCycleKinds as readonly string[]).includes(word)) {
      kinds.add(word);
      continue;
    }
    const found = known.filter((name) => fits(word, name));
    if (found.length === 0) throw new UnknownSubjectError(explain(word, cast, known));
    for (const name of found) names.add(name);
  }
  return (event) =>
    (kinds.size === 0 || kinds.has(event.kind)) && (names.size === 0 || namesIn(event).some((name) => names.has(name)));
};

const fits = (pattern: string, name: string): boolean =>
  new RegExp(`^${pattern.replace(/[^\w* ]/g, "\\$&").replaceAll("*", ".*")}$`).test(name);

const explain = (word: string, { clusters, hosts }: RunBegins, known: readonly string[]): string => {
  const hint = didYouMean(word, [...lifeCycleKinds, ...known]);
  const some = [clusters[0]!.name, clusters[0]!.vms[0]!.vm, hosts[0]!.name].join(", ");
  const all = `kinds are ${lifeCycleKinds.join(", ")}; names are such as ${some}`;
  return `there is no kind of event and no cluster, VM or host called ${word}${hint || `; ${all}`}`;
};

/** Clusters, VMs and hosts that an event concerns. */
const namesIn = (event: LifeCycleEvent): readonly string[] => {
  switch (event.kind) {
    case "begin":
    case "end":
    case "stored":
    case "jump":
      return [];
    case "snapshot":
    case "restore-point":
    case "crossing":
      return [event.cluster];
    case "corruption":
      return [event.cluster, event.vm];
    case "cut":
      return [event.cluster, event.vm, event.host];
    case "vm":
      return [event.cluster, event.vm, ...(event.host === undefined ? [] : [event.host])];
    case "failure":
      return [event.name, ...event.vms];
    case "return":
      return [event.name];
    case "shock":
      return event.hosts;
    case "detection":
      return [event.cluster, ...event.vms];
    case "rollback": {
      const places = event.phase === "chosen" ? event.places : [];
      return [event.cluster, ...places.flatMap(({ vm, host }) => [vm, host])];
    }
    case "transfer":
      return [event.vm, ...event.from, ...event.to];
  }
};
