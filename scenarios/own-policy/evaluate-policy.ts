import { SourceMap } from "node:module";
import { resolve } from "node:path";
import { compileFunction } from "node:vm";
import type { ClusterPolicy, Plans } from "../../models/policies/cluster-policy.ts";
import type { PolicyProgram, UserPolicy } from "../../models/scenario.ts";
import type { Cluster, Policy, Testbed } from "../../models/testbed.ts";
import * as api from "../policy-api.ts";
import { PolicyModuleError } from "./bundle-policy.ts";
import { lawfulGlobals } from "./policy-globals.ts";

/** What a module of one's own exports. */
interface PolicyModule {
  readonly default?: unknown;
  readonly options?: unknown;
}

/** Options that a module does not accept. */
export class PolicyOptionsError extends Error {
  override readonly name = "PolicyOptionsError";
}

/**
 * Runs the module of a policy and gives it its options. Each run evaluates it anew, so that nothing it remembers passes
 * from one replication to the next: what a replication gives must not depend on those before it.
 *
 * @throws PolicyModuleError if the module throws, or exports no policy
 * @throws PolicyOptionsError if it does not accept the options
 */
export const evaluatePolicy = ({ program, options }: UserPolicy): ClusterPolicy => {
  const module = exportsOf(program);
  const { default: policy } = module;
  if (typeof policy !== "function") {
    const found = Object.keys(module).join(", ") || "nothing";
    throw new PolicyModuleError(
      `${program.name} has no policy as its default export (it exports ${found}): write export default function*`,
    );
  }
  const given = optionsFor(program, module, options);
  return (bed: Testbed, cluster: Cluster, plans: Plans) => policy(bed, cluster, plans, given) as Policy;
};

const exportsOf = (program: PolicyProgram): PolicyModule => {
  const module: { exports: PolicyModule } = { exports: {} };
  const globals = lawfulGlobals();
  try {
    compileFunction(program.code, ["module", "require", ...Object.keys(globals)], { filename: scriptName(program) })(
      module,
      requireOurs,
      ...Object.values(globals),
    );
  } catch (error) {
    throw new PolicyModuleError(`${program.name} throws ${String(error)}${sourceStack(error, program)}`);
  }
  return module.exports;
};

/** Everything else is part of the program already. */
const requireOurs = (name: string): typeof api => {
  if (name === "snapback") return api;
  throw new Error(`${name} is only known at run time: a policy imports what it needs by its name`);
};

const optionsFor = (program: PolicyProgram, module: PolicyModule, options: UserPolicy["options"]): unknown => {
  if (module.options === undefined) {
    const [unknown] = Object.keys(options);
    if (unknown === undefined) return undefined;
    throw new PolicyOptionsError(`${program.name} takes no options, so ${unknown} would mean nothing`);
  }
  if (typeof module.options !== "function") {
    throw new PolicyModuleError(`${program.name} exports options that are no function from what a scenario says`);
  }
  try {
    return module.options(structuredClone(options));
  } catch (error) {
    throw new PolicyOptionsError(error instanceof Error ? error.message : String(error));
  }
};

const scriptName = ({ name }: PolicyProgram): string => `policy:${name}`;

/** The lines of an error's stack that are a policy's own, in its sources; empty if there are none. */
export const sourceStack = (error: unknown, program: PolicyProgram): string => {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const map = new SourceMap(JSON.parse(program.sourceMap));
  const frame = new RegExp(`^ +at (?:(.*) \\()?${escaped(scriptName(program))}:(\\d+):(\\d+)\\)?$`, "gm");
  return [...stack.matchAll(frame)]
    .map(([, within, line, column]) => {
      const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
      if (!("originalSource" in entry)) return "";
      const at = `${resolve(program.folder, entry.originalSource)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
      return `\n    at ${within === undefined ? at : `${within} (${at})`}`;
    })
    .join("");
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
