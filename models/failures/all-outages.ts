import { type Component, components, type FailureSpec, type LawSource, type Outage } from "./failure-spec.ts";
import { type FailureStreams, outagesOf } from "./outages.ts";
import { commonLives } from "./renewal.ts";

/** How many components of each kind there are. */
export type Counts = { readonly [component in Component]: number };

export type Outages = { readonly [component in Component]: readonly (readonly Outage[])[] };

/** Names of the random streams; they never change, so that seeds keep their failures. */
const streamNames = {
  vm: "VMs",
  host: "hosts",
  disk: "disks",
  slowDisk: "slow disks",
  rack: "racks",
  uplink: "uplinks",
  store: "stores",
} as const satisfies { readonly [component in Component]: string };

/**
 * All outages of one run, whatever the cluster does: for each kind of component those of each one, in the order of their
 * starts. With `renewal: all` the failures under laws renew all components under laws; lists and traces are what they are.
 */
export const allOutages = (
  failures: FailureSpec,
  counts: Counts,
  horizon: number,
  streams: FailureStreams,
): Outages => {
  const stream = (component: Component) => {
    const own = streams.split(streamNames[component]);
    return (name: string) => own.get(name);
  };
  const kinds = components.map((component) => ({ component, source: failures[component] }));
  const isCommon = (source: FailureSpec[Component]): source is LawSource =>
    failures.renewal === "all" && source.kind === "law";
  const common = kinds.flatMap(({ component, source }) => (isCommon(source) ? [{ component, source }] : []));
  const lives = commonLives(
    common.map(({ component, source }) => ({ source, components: counts[component], stream: stream(component) })),
    horizon,
  );
  const together = new Map(common.map(({ component }, i) => [component, lives[i]!]));
  return Object.fromEntries(
    kinds.map(({ component, source }) => [
      component,
      together.get(component) ?? outagesOf(source, counts[component], horizon, stream(component)),
    ]),
  ) as { [component in Component]: readonly (readonly Outage[])[] };
};
