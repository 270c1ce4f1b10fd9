/**
 * Stand-ins for what would make two runs of one policy differ. They shadow the globals of the module; whoever digs for
 * the real ones finds them.
 */
export const lawfulGlobals = (): { readonly [name: string]: unknown } => {
  const refuse = (what: string) => (): never => {
    throw new Error(
      `${what} would make each run another one: a policy reads the time from the testbed and draws nothing`,
    );
  };
  class LawfulDate extends Date {
    static override now = refuse("Date.now");

    constructor(...given: readonly unknown[]) {
      if (given.length === 0) refuse("new Date()")();
      super(...(given as [number]));
    }
  }
  return {
    Math: Object.create(Math, { random: { value: refuse("Math.random") } }),
    Date: LawfulDate,
    performance: { now: refuse("performance.now") },
    crypto: { getRandomValues: refuse("crypto.getRandomValues"), randomUUID: refuse("crypto.randomUUID") },
  };
};
