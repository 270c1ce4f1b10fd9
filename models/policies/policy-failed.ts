/** A policy broke the contract between policies and testbeds, or threw. */
export class PolicyFailed extends Error {
  override readonly name = "PolicyFailed";

  /** @param at seconds since the start of the run */
  constructor(policy: string, at: number, what: string, options?: ErrorOptions) {
    super(`policy ${policy}, at ${Number(at.toPrecision(9))} s: ${what}`, options);
  }
}
