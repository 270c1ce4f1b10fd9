/**
 * CPython's `random.Random`, as far as the classic examples use it: the published numbers of those examples belong to
 * Python's seed 42, so only the same generator and the same algorithms can reproduce them. Tests only.
 *
 * Generator: Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998, with their `init_by_array` of 2002.
 * Normal deviates: Kinderman and Monahan, ACM TOMS 3(3), 1977.
 */

const N = 624;
const M = 397;
const KINDERMAN_MONAHAN = (4 * Math.exp(-0.5)) / Math.sqrt(2);

export class PythonRandom {
  readonly #state = new Uint32Array(N);
  #index = N;

  /** Seeds like `random.seed(seed)` for a whole number of at most 53 bits. */
  constructor(seed: number) {
    const magnitude = Math.abs(seed);
    const key = [magnitude >>> 0];
    if (magnitude >= 2 ** 32) key.push(Math.floor(magnitude / 2 ** 32));
    this.#seedByArray(key);
  }

  /** `random()`: 53 bits in [0, 1). */
  next(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** `uniform(a, b)`. */
  uniform(a: number, b: number): number {
    return a + (b - a) * this.next();
  }

  /** `expovariate(1 / mean)`. */
  exponential(mean: number): number {
    return -Math.log(1 - this.next()) / (1 / mean);
  }

  /** `normalvariate(mean, deviation)`. */
  normal(mean: number, deviation: number): number {
    for (;;) {
      const u1 = this.next();
      const u2 = 1 - this.next();
      const z = (KINDERMAN_MONAHAN * (u1 - 0.5)) / u2;
      if ((z * z) / 4 <= -Math.log(u2)) return mean + z * deviation;
    }
  }

  /** `randint(a, b)`, both ends included. */
  integer(a: number, b: number): number {
    return a + this.#below(b - a + 1);
  }

  /** `choice(items)`. */
  choice<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T;
  }

  #below(bound: number): number {
    const bits = 32 - Math.clz32(bound);
    for (;;) {
      const candidate = this.#word() >>> (32 - bits);
      if (candidate < bound) return candidate;
    }
  }

  #seed(seed: number): void {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < N; i++) {
      const previous = state[i - 1] as number;
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
    this.#index = N;
  }

  #seedByArray(key: readonly number[]): void {
    this.#seed(19650218);
    const state = this.#state;
    const mixed = (i: number, factor: number): number => {
      const previous = state[i - 1] as number;
      return (state[i] as number) ^ Math.imul(previous ^ (previous >>> 30), factor);
    };
    let i = 1;
    const advance = (): void => {
      i++;
      if (i === N) {
        state[0] = state[N - 1] as number;
        i = 1;
      }
    };
    for (let k = 0; k < Math.max(N, key.length); k++) {
      const j = k % key.length;
      state[i] = mixed(i, 1664525) + (key[j] as number) + j;
      advance();
    }
    for (let k = 1; k < N; k++) {
      state[i] = mixed(i, 1566083941) - i;
      advance();
    }
    state[0] = 0x80000000;
  }

  #word(): number {
    if (this.#index === N) this.#twist();
    let word = this.#state[this.#index++] as number;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < N; i++) {
      const joined = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % N] as number) & 0x7fffffff);
      state[i] = (state[(i + M) % N] as number) ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
    }
    this.#index = 0;
  }
}
