import { bootstrapOutages } from "./bootstrap.ts";
import { sampleLaw, sampleResidual } from "./laws.ts";
import type { FailureSource, Outage } from "./scenario.ts";

/** Random draws that outages need; a stream of the core has them all. */
export interface OutageStream {
  next(): number;
  uniform(a: number, b: number): number;
  integer(a: number, b: number): number;
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
  stream: (name: string) => OutageStream & Parameters<typeof sampleLaw>[1],
): readonly (readonly Outage[])[] => {
  switch (source.kind) {
    case "none":
      return Array.from({ length: components }, () => []);
    case "times":
      return Array.from({ length: components }, (_, component) =>
        source.outages.filter((one) => one.component === component).toSorted((a, b) => a.start - b.start),
      );
    case "trace": {
      const fates = stream("fate");
      const outages = bootstrapOutages(source.trace, components, horizon, stream("trace"));
      return Array.from({ length: components }, (_, component) =>
        outages
          .filter((one) => one.component === component)
          .map((one) => ({ ...one, permanent: fates.next() < source.permanent })),
      );
    }
    case "law":
      return Array.from({ length: components }, (_, component) => {
        const failures = stream(`${component} fails`);
        const repairs = stream(`${component} is repaired`);
        const fates = stream(`${component} fate`);
        const outages: Outage[] = [];
        let start =
          source.age === "stationary" ? sampleResidual(source.time, failures) : sampleLaw(source.time, failures);
        while (start < horizon) {
          const end = start + sampleLaw(source.repair, repairs);
          outages.push({ component, start, end, permanent: fates.next() < source.permanent });
          start = end + sampleLaw(source.time, failures);
        }
        return outages;
      });
  }
};
