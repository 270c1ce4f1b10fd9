import { messagesBetween, type TrafficMatrix } from "../../models/cut/traffic.ts";
import { align } from "../../scenarios/align.ts";
import type { MeasuredTraffic } from "../traffic/measured-traffic.ts";

/** Pairs that are shown of each measurement: those that sent most. */
const mostPairs = 8;

const short = (value: number): string => `${Number(value.toPrecision(3))}`;

/** What was measured of the traffic of a run, beside what its scenario says; nothing if nothing was measured. */
export const trafficReport = (measured: readonly MeasuredTraffic[], said: TrafficMatrix): string[] =>
  measured.map(({ since, until, pairs }) => {
    const shown = pairs.toSorted((one, other) => other.bytesPerSecond - one.bytesPerSecond).slice(0, mostPairs);
    const rest = pairs.length - shown.length;
    return [
      `Traffic at the guests' taps from ${since.toFixed(1)} to ${until.toFixed(1)} s, by which a rollback placed VMs${rest === 0 ? "" : `, without ${rest} pairs that sent less`}:`,
      align([
        ["  from", "to", "scenario [messages/s]", "packets/s", "bytes/s"],
        ...shown.map(({ from, to, packetsPerSecond, bytesPerSecond }) => [
          `  vm ${from}`,
          `vm ${to}`,
          short(messagesBetween(said, from, to)),
          short(packetsPerSecond),
          short(bytesPerSecond),
        ]),
      ]),
    ].join("\n");
  });
