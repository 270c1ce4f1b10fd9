import type { ClusterPolicy } from "../../models/policies/cluster-policy.ts";
import { type RunIdentity, simulateCluster } from "../../models/simulate.ts";
import { lawfulGlobals } from "../../scenarios/own-policy/policy-globals.ts";
import * as api from "../../scenarios/policy-api.ts";
import type { Scenario } from "../../scenarios/scenario.ts";
import type { RunResult } from "../../scenarios/simulate.ts";

const imports = /^\s*import\s*\{([^}]*)\}\s*from\s*["']snapback["'];?/gm;

/** Runs one replication under the policy that a text exports. @throws Error saying what is wrong with the text */
export const simulateOwn = (text: string, scenario: Scenario, run: RunIdentity): RunResult => {
  if (scenario.model !== "cluster") throw new Error("a policy needs a cluster");
  // Each run evaluates it anew, so that nothing it remembers passes from one replication to the next.
  const own = policyOf(text);
  const program = { name: "your policy", folder: "/own", sha256: "", code: text, sourceMap: "" };
  return simulateCluster({ ...scenario, policy: { program, options: {} } }, run, own);
};

/** The policy of a module that imports from "snapback" alone. Paths of names are checked before anything runs. */
export const policyOf = (text: string): ClusterPolicy => {
  for (const [, names = ""] of text.matchAll(imports))
    for (const name of names.split(",").map((one) => one.trim()))
      if (name !== "" && !Object.hasOwn(api, name))
        throw new Error(`snapback exports no ${name}; it exports ${Object.keys(api).join(", ")}`);
  if (!/^\s*export\s+default\b/m.test(text))
    throw new Error("a policy is the default export: write export default function* …");
  const program = text
    .replace(imports, "const {$1} = snapback;")
    .replace(/^(\s*)export\s+default\b/m, "$1module.exports =");
  const globals = lawfulGlobals();
  const module: { exports?: unknown } = {};
  new Function("module", "snapback", ...Object.keys(globals), `"use strict";\n${program}`)(
    module,
    api,
    ...Object.values(globals),
  );
  if (typeof module.exports !== "function") throw new Error("the default export is no function");
  return module.exports as ClusterPolicy;
};
