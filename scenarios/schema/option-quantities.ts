import { duration, parseQuantity, type Quantity, size } from "../text/units.ts";

/** Seconds from an option such as `10s`. @throws Error unless it is a duration with a unit */
export const seconds = (option: unknown): number => read(duration, option);

/** Bytes from an option such as `4GiB`. @throws Error unless it is a size with a unit */
export const bytes = (option: unknown): number => read(size, option);

const read = (quantity: Quantity, option: unknown): number => {
  const parsed = parseQuantity(quantity, option);
  if (parsed.ok) return parsed.value;
  throw new Error(parsed.message);
};
