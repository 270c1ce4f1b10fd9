/** VMs that wait for each other, each for the one after it and the last for the first. */
export class CyclicRestoreLine extends RangeError {
  override readonly name = "CyclicRestoreLine";
  readonly cycle: readonly number[];

  constructor(cycle: readonly number[]) {
    const [first, ...others] = cycle.map((vm) => `VM ${vm}`);
    super(
      others.length === 0
        ? `${first} waits for itself: it never starts`
        : `${[first, ...others, first].join(" waits for ")}: none of them starts`,
    );
    this.cycle = cycle;
  }
}

/**
 * The order in which restored VMs start: how many starts each has to wait for, one after the other.
 *
 * @param after by VM, those that have started before it
 * @throws {CyclicRestoreLine}
 */
export const restoreLine = (after: readonly (readonly number[])[]): number[] => {
  const levels: (number | undefined)[] = after.map(() => undefined);
  const path: number[] = [];
  const level = (vm: number): number => {
    const known = levels[vm];
    if (known !== undefined) return known;
    if (path.includes(vm)) throw new CyclicRestoreLine(path.slice(path.indexOf(vm)));
    path.push(vm);
    const found = after[vm]!.reduce((most, other) => Math.max(most, level(other) + 1), 0);
    path.pop();
    levels[vm] = found;
    return found;
  };
  return after.map((_, vm) => level(vm));
};
