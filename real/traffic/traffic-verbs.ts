import * as z from "zod/mini";
import { count, exact } from "../agent/terms.ts";

/** VMs of a cluster, whose numbers are below it. */
export const mostCountedVms = 64;

const vm = z.int().check(z.minimum(0), z.maximum(mostCountedVms - 1));
const tap = z.string().check(z.regex(/^[a-z][a-z0-9]{0,14}$/));
const mac = z.string().check(z.regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/));

/** What an agent is asked of the traffic of its guests. */
export const trafficRequests = {
  /** From now on what comes out of a tap, which a VM has now, is counted by the VM that it is for. */
  countTraffic: z.strictObject({
    tap,
    from: vm,
    to: z.array(z.strictObject({ vm, mac })).check(z.minLength(1), z.maxLength(mostCountedVms)),
  }),
  traffic: exact,
} as const;

const counter = z.strictObject({ from: vm, to: vm, packets: count, bytes: count });
/** What came out of the taps of one VM for another one, since it has been counted on this host: packets of IP, without frames. */
export type TrafficCounter = z.infer<typeof counter>;

export const trafficResults = {
  countTraffic: exact,
  traffic: z.strictObject({ counters: z.array(counter).check(z.maxLength(mostCountedVms ** 2)) }),
} as const;
