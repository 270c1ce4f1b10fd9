import type { PolicyProgram, UserPolicy } from "../../models/scenario.ts";
import { type Files, whyUnreadable } from "../files.ts";
import { bundlePolicy, PolicyModuleError } from "./bundle-policy.ts";
import { evaluatePolicy } from "./evaluate-policy.ts";

/** The policies of one scenario, each module compiled once, and what is to be said about them. */
export class PolicyShelf {
  readonly #files: Files;
  readonly #compiled = new Map<string, PolicyProgram>();

  constructor(files: Files) {
    this.#files = files;
  }

  get notes(): readonly string[] {
    return [...this.#compiled.values()].map(({ name, sha256 }) => `policy ${name}: SHA-256 ${sha256}`);
  }

  /**
   * The policy that a module exports, with its options.
   * @throws PolicyModuleError if it cannot be read or is none
   * @throws PolicyOptionsError if it does not accept the options
   */
  get(module: string, options: UserPolicy["options"]): UserPolicy {
    const policy: UserPolicy = { program: this.#program(module), options };
    evaluatePolicy(policy);
    return policy;
  }

  #program(module: string): PolicyProgram {
    let program = this.#compiled.get(module);
    if (program === undefined) {
      try {
        this.#files.read(module);
      } catch (error) {
        throw new PolicyModuleError(`cannot read ${module}: ${whyUnreadable(error)}`);
      }
      program = bundlePolicy(module);
      this.#compiled.set(module, program);
    }
    return program;
  }
}
