/** An IPv4 network: its first address as a number, and how many leading bits all its addresses share. */
export type Subnet = { readonly base: number; readonly bits: number };

const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** The number that `10.0.0.1` stands for, or undefined if it is no address in its usual form. */
export const parseAddress = (text: string): number | undefined => {
  const parts = octets.exec(text)?.slice(1);
  if (parts === undefined || parts.some((part) => Number(part) > 255 || String(Number(part)) !== part))
    return undefined;
  return parts.reduce((number, part) => number * 256 + Number(part), 0);
};

/** `10.0.0.1`. */
export const formatAddress = (address: number): string =>
  [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");

/** The network that `10.0.0.0/24` stands for, or undefined; bits beyond the prefix must be 0. */
export const parseSubnet = (text: string): Subnet | undefined => {
  const [address = "", prefix = "", ...more] = text.split("/");
  const base = parseAddress(address);
  const bits = Number(prefix);
  if (base === undefined || more.length > 0 || !/^\d{1,2}$/.test(prefix) || bits < 8 || bits > 30) return undefined;
  return base % 2 ** (32 - bits) === 0 ? { base, bits } : undefined;
};

/** Whether a host can have the address: inside the network, and neither its first (the network) nor last (broadcast). */
export const canHold = ({ base, bits }: Subnet, address: number): boolean =>
  address > base && address < base + 2 ** (32 - bits) - 1;
