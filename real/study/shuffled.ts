import { createHash } from "node:crypto";

const digest = (seed: string): string => createHash("sha256").update(seed).digest("hex");

/** A number from 0 up to 1 that the seed decides. */
export const drawn = (seed: string): number => Number.parseInt(digest(seed).slice(0, 13), 16) / 2 ** 52;

/** The same things in an order that the seed decides: each is drawn by a hash, so no random number is. */
export const shuffled = <T>(things: readonly T[], seed: number): T[] =>
  things
    .map((thing, i) => ({ thing, draw: digest(`${seed} ${i}`) }))
    .toSorted((one, other) => (one.draw < other.draw ? -1 : 1))
    .map(({ thing }) => thing);
