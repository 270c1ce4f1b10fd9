import type { DeterministicLaw, EmpiricalLaw, Lifetime } from "./law.ts";

/** A law of equally likely atoms: each sample is one of the observed durations. */
export const empirical = ({ sample }: Pick<EmpiricalLaw, "sample">): Lifetime => {
  const atoms = sample.toSorted((a, b) => a - b);
  const count = atoms.length;
  const mean = atoms.reduce((sum, x) => sum + x, 0) / count;
  const cumulated: number[] = [];
  for (const x of atoms) cumulated.push((cumulated.at(-1) ?? 0) + x);
  const total = cumulated.at(-1)!;
  return {
    mean,
    variance: atoms.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count,
    survival: (t) => (count - firstAbove(atoms, t)) / count,
    density: () => 0,
    quantile: (p) => atoms[Math.min(count - 1, Math.max(0, Math.ceil(p * count) - 1))]!,
    excess: (t) => atoms.reduce((sum, x) => sum + Math.max(0, x - t), 0) / count,
    sample: (stream) => atoms[Math.floor(stream.next() * count)]!,
    // A random instant falls into a life with a chance that grows with its length, and uniformly within it.
    residual: (stream) => stream.next() * atoms[firstAbove(cumulated, stream.next() * total)]!,
    atoms,
  };
};

/** Every life lasts `value`. */
export const deterministic = ({ value }: DeterministicLaw): Lifetime => empirical({ sample: [value] });

/** Index of the first element above `t` in an ascending list; its length if there is none. */
const firstAbove = (ascending: readonly number[], t: number): number => {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! > t) high = middle;
    else low = middle + 1;
  }
  return low;
};
