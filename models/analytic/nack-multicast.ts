import { requireCount, requireFraction } from "./in-range.ts";

/**
 * Expected transmissions of a packet until each of `receivers` has it, when each loses every transmission with
 * probability `loss` independently, and NACKs have it sent again to the group: Σ_k [1 − (1 − p^k)^G].
 *
 * @throws RangeError unless loss is in [0, 1) and receivers is a whole number from 0 on
 */
export const nackTransmissions = (loss: number, receivers: number): number => {
  requireFraction("nackTransmissions", { loss });
  requireCount("nackTransmissions", { receivers }, 0);
  if (loss === 1) throw new RangeError("nackTransmissions: loss must be below 1, not 1: nothing would ever arrive");
  if (receivers === 0) return 0;
  let sum = 1;
  // 1 − (1 − q)^G without cancellation where q is small. What is left out is at most term × p / (1 − p).
  for (let lost = loss, term = 1; term * loss > 1e-17 * sum * (1 - loss); lost *= loss) {
    term = -Math.expm1(receivers * Math.log1p(-lost));
    sum += term;
  }
  return sum;
};
