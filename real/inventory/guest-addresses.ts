import { TestbedError } from "../testbed-error.ts";
import type { NamespaceInventory } from "./inventory.ts";
import { canHold, formatAddress } from "./ipv4.ts";

/** Addresses for so many guests, from the upper end of a network. @throws TestbedError if it has no room for them */
export const guestAddresses = ({ subnet, hosts, name }: NamespaceInventory, guests: number): string[] => {
  const taken = new Set(hosts.map(({ address }) => address));
  const found: string[] = [];
  for (let at = subnet.base + 2 ** (32 - subnet.bits) - 2; found.length < guests && canHold(subnet, at); at--)
    if (!taken.has(formatAddress(at))) found.push(formatAddress(at));
  if (found.length < guests) throw new TestbedError(`${name}: its subnet has no addresses for ${guests} guests`);
  return found;
};
