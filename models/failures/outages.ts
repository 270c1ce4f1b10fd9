import type { RandomStream } from "../laws.ts";
import { bootstrapOutages } from "./bootstrap.ts";
import type { FailureSource, Outage } from "./failure-spec.ts";
import { ownLives } from "./renewal.ts";

/** Random draws that outages need; a stream of the core has them all. */
export type OutageStream = RandomStream & {
  uniform(a: number, b: number): number;
  integer(a: number, b: number): number;
};

/** A tree of named streams of draws; that of the core has them all. */
export interface FailureStreams {
  get(name: string): OutageStream;
  split(name: string): FailureStreams;
}

/**
 * The outages of components 0 … `components` - 1 up to `horizon`, each component's in the order of their starts.
 * Every component draws from a stream of its own, so that policies are compared on the same failures.
 *
 * @param stream the stream of a component, or of the choice of a piece of trace
 */
export const outagesOf = (
  source: FailureSource,
  components: number,
  horizon: number,
  stream: (name: string) => OutageStream,
): readonly (readonly Outage[])[] => {
  const each = (outages: (component: number) => Outage[]): Outage[][] =>
    Array.from({ length: components }, (_, component) => outages(component));
  switch (source.kind) {
    case "none":
      return each(() => []);
    case "times":
      return each((component) =>
        source.outages.filter((one) => one.component === component).toSorted((a, b) => a.start - b.start),
      );
    case "trace": {
      const fates = stream("fate");
      const outages = bootstrapOutages(source.trace, components, horizon, stream("trace"));
      return each((component) =>
        outages
          .filter((one) => one.component === component)
          .map((one) => ({ ...one, permanent: fates.next() < source.permanent })),
      );
    }
    case "law":
      return ownLives({ source, components, stream }, horizon);
  }
};
