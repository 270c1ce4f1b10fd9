import { createHash } from "node:crypto";

/** The same things in an order that the seed decides: each is drawn by a hash, so no random number is. */
export const shuffled = <T>(things: readonly T[], seed: number): T[] =>
  things
    .map((thing, i) => ({ thing, draw: createHash("sha256").update(`${seed} ${i}`).digest("hex") }))
    .toSorted((one, other) => (one.draw < other.draw ? -1 : 1))
    .map(({ thing }) => thing);
