import { causes, type Ledger } from "../books/ledger.ts";

/**
 * Adds cycles of a sample to the books. A pause counts in the cycle in which it ends, which need not be the one in which it
 * began, so drawn cycles hold as much time as they take only on average: what is left over was time up.
 *
 * @param seconds that they take, of all clusters together
 */
export const addDrawn = (ledger: Ledger, seconds: number, add: () => void): void => {
  const before = counted(ledger);
  add();
  ledger.add("up", seconds - (counted(ledger) - before));
};

const counted = (ledger: Ledger): number => causes.reduce((sum, cause) => sum + ledger.sum(cause), ledger.sum("up"));
