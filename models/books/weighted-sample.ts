/**
 * Observations with weights, kept as ramps: an observation that falls or rises evenly from one value to another covers
 * all values between. Neighbours that repeat (snapshot cycles do) are kept once, so memory grows with what differs; beyond
 * 65,536 entries, entries next to each other in size are merged, which keeps mean and maximum and moves quantiles by the
 * distance between neighbours.
 */
export class WeightedSample {
  #low: number[] = [];
  #high: number[] = [];
  #weight: number[] = [];
  #most = Number.NEGATIVE_INFINITY;

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
    this.#most = Math.max(this.#most, from, to);
    if (this.#weight.length > most) this.#thin();
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
    return this.#weight.length === 0 ? Number.NaN : this.#most;
  }

  /** The smallest value that at least the fraction `p` of the weight does not exceed; NaN without observations. */
  quantile(p: number): number {
    const ramps = this.#weight
      .map((weight, i) => ({
        low: Math.min(this.#low[i]!, this.#high[i]!),
        high: Math.max(this.#low[i]!, this.#high[i]!),
        weight,
      }))
      .sort((a, b) => a.high - b.high);
    const last = ramps.at(-1);
    if (last === undefined) return Number.NaN;
    const target = p * this.count * (1 - 1e-12);
    const below = (x: number): number =>
      ramps.reduce((sum, { low, high, weight }) => {
        if (high <= x) return sum + weight;
        return low < x ? sum + (weight * (x - low)) / (high - low) : sum;
      }, 0);
    let high = last.high;
    let low = ramps.reduce((least, ramp) => Math.min(least, ramp.low), high);
    if (below(low) >= target) return low;
    // Bisection down to two neighbouring numbers: F jumps at single values and rises evenly along ramps.
    for (let step = 0; step < 200; step++) {
      const middle = 0.5 * (low + high);
      if (!(low < middle && middle < high)) break;
      if (below(middle) >= target) high = middle;
      else low = middle;
    }
    return high;
  }

  /**
   * Values at the middles of `levels` equal parts of the weight, in rising order; a ramp counts at its middle. Of as many
   * single observations as levels it gives each of them.
   */
  outline(levels: number): number[] {
    const middles = this.#weight
      .map((weight, i) => ({ value: 0.5 * (this.#low[i]! + this.#high[i]!), weight }))
      .sort((a, b) => a.value - b.value);
    if (middles.length === 0) return [];
    const part = this.count / levels;
    const outline: number[] = [];
    let [at, below] = [0, middles[0]!.weight];
    for (let level = 0; level < levels; level++) {
      const target = (level + 0.5) * part;
      while (below < target && at + 1 < middles.length) below += middles[++at]!.weight;
      outline.push(middles[at]!.value);
    }
    return outline;
  }

  /** Merges neighbours by size until half of the entries are left: memory stays bounded, values move by little. */
  #thin(): void {
    const order = this.#weight
      .map((_, i) => i)
      .sort((a, b) => this.#high[a]! - this.#high[b]! || this.#low[a]! - this.#low[b]!);
    const [low, high, weight] = [this.#low, this.#high, this.#weight];
    this.#low = [];
    this.#high = [];
    this.#weight = [];
    for (let i = 0; i < order.length; i += 2) {
      const pair = order.slice(i, i + 2);
      const total = pair.reduce((sum, k) => sum + weight[k]!, 0);
      this.#low.push(pair.reduce((sum, k) => sum + low[k]! * weight[k]!, 0) / total);
      this.#high.push(pair.reduce((sum, k) => sum + high[k]! * weight[k]!, 0) / total);
      this.#weight.push(total);
    }
  }
}

/** Entries beyond which neighbours are merged. */
const most = 2 ** 16;

/** Equal up to the rounding of a clock that has run for long. */
const alike = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-11 * Math.max(Math.abs(a), Math.abs(b));
