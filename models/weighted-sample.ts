/**
 * Observations with weights, kept as ramps: an observation that falls or rises evenly from one value to another covers
 * all values between. Neighbours that repeat (snapshot cycles do) are kept once, so memory grows with what differs.
 */
export class WeightedSample {
  #low: number[] = [];
  #high: number[] = [];
  #weight: number[] = [];

  /** Total weight. */
  get count(): number {
    return this.#weight.reduce((sum, weight) => sum + weight, 0);
  }

  add(value: number, weight = 1): void {
    this.addRamp(value, value, weight);
  }

  addRamp(from: number, to: number, weight: number): void {
    if (!(weight > 0)) return;
    const last = this.#weight.length - 1;
    if (last >= 0 && alike(this.#low[last]!, from) && alike(this.#high[last]!, to)) {
      this.#weight[last]! += weight;
      return;
    }
    this.#low.push(from);
    this.#high.push(to);
    this.#weight.push(weight);
  }

  addAll(other: WeightedSample): void {
    for (let i = 0; i < other.#weight.length; i++) this.addRamp(other.#low[i]!, other.#high[i]!, other.#weight[i]!);
  }

  /** NaN without observations. */
  get mean(): number {
    let total = 0;
    let weights = 0;
    for (let i = 0; i < this.#weight.length; i++) {
      total += this.#weight[i]! * (0.5 * (this.#low[i]! + this.#high[i]!));
      weights += this.#weight[i]!;
    }
    return total / weights;
  }

  /** NaN without observations. */
  get max(): number {
    return this.#high.length === 0 ? Number.NaN : this.#high.reduce((a, b) => Math.max(a, b));
  }

  /** The smallest value that at least the fraction `p` of the weight does not exceed; NaN without observations. */
  quantile(p: number): number {
    const ramps = this.#weight
      .map((weight, i) => ({ low: this.#low[i]!, high: this.#high[i]!, weight }))
      .sort((a, b) => a.high - b.high);
    if (ramps.length === 0) return Number.NaN;
    const target = p * this.count * (1 - 1e-12);
    const below = (x: number): number =>
      ramps.reduce((sum, { low, high, weight }) => {
        if (high <= x) return sum + weight;
        return low < x ? sum + (weight * (x - low)) / (high - low) : sum;
      }, 0);
    // The answer lies at the end of a ramp or, when ramps overlap there, between two ends.
    let first = 0;
    let last = ramps.length - 1;
    while (first < last) {
      const middle = (first + last) >> 1;
      if (below(ramps[middle]!.high) >= target) last = middle;
      else first = middle + 1;
    }
    let high = ramps[first]!.high;
    let low = Math.max(
      first > 0 ? ramps[first - 1]!.high : Number.NEGATIVE_INFINITY,
      Math.min(...ramps.map((r) => r.low)),
    );
    if (!(low < high) || ramps.every((ramp) => ramp.low === ramp.high)) return high;
    for (let step = 0; step < 100 && high - low > 1e-12 * Math.abs(high); step++) {
      const middle = 0.5 * (low + high);
      if (below(middle) >= target) high = middle;
      else low = middle;
    }
    return high;
  }
}

/** Equal up to the rounding of a clock that has run for long. */
const alike = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-11 * Math.max(Math.abs(a), Math.abs(b));
