import type { PlacementCost } from "./placement-cost.ts";
import { farthest } from "./traffic-cost.ts";
import type { VmHost } from "./vm-room.ts";

/** The cost of traffic when every two VMs exchange `rate`: then only how many are where matters, not which. */
export const evenTrafficCost = (rate: number, hosts: readonly VmHost[]): PlacementCost => {
  const onHost = new Int32Array(hosts.length);
  const inRack = new Int32Array(hosts.reduce((most, { rack }) => Math.max(most, rack + 1), 0));
  let placed = 0;
  let total = 0;
  const of = (_vm: number, host: number): number =>
    rate * (farthest * placed - 2 * inRack[hosts[host]!.rack]! - 2 * onHost[host]!);
  const count = (host: number, sign: 1 | -1): void => {
    onHost[host]! += sign;
    inRack[hosts[host]!.rack]! += sign;
    placed += sign;
  };
  return {
    get total() {
      return total;
    },
    of,
    exchange: () => 0,
    put(vm, host) {
      total += of(vm, host);
      count(host, 1);
    },
    take(vm, host) {
      count(host, -1);
      total -= of(vm, host);
    },
  };
};
