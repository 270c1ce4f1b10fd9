import { PolicyModuleError } from "./policy-errors.ts";

/** Refuses policies of one's own: a page has no compiler. */
export class PolicyShelf {
  readonly notes: readonly string[] = [];

  get(): never {
    throw new PolicyModuleError("a page cannot compile a policy of your own; snapback run can");
  }
}
