import { type Component, components, type OutageTrace } from "../../models/failures/failure-spec.ts";
import type { PolicySpec } from "../../models/scenario.ts";
import { captureRemarks } from "../check/capture-remarks.ts";
import { checkCluster, remarksOn } from "../check/check-cluster.ts";
import { checkTraceOutages, countsOf } from "../check/check-failures.ts";
import { checkTextbook } from "../check/check-textbook.ts";
import type { FormShelf } from "../csv-forms/form-shelf.ts";
import type { Files } from "../files.ts";
import { PolicyModuleError } from "../own-policy/bundle-policy.ts";
import { PolicyOptionsError } from "../own-policy/evaluate-policy.ts";
import { PolicyShelf } from "../own-policy/policy-shelf.ts";
import type { Scenario } from "../scenario.ts";
import type { ClusterFile } from "../schema/cluster-schema.ts";
import type { TextbookFile } from "../schema/textbook-schema.ts";
import type { Report } from "../text/issue.ts";
import type { Tree } from "../text/tree.ts";
import { TraceError } from "../trace-readers/dirt.ts";
import { TraceShelf } from "../trace-shelf.ts";
import { readMeasurements } from "./measurements.ts";
import { resolveCluster } from "./resolve-cluster.ts";
import type { Traces } from "./resolve-failures.ts";
import { resolveTextbook } from "./resolve-textbook.ts";

/** A scenario as its schema lets it pass. */
export type ScenarioFile = ClusterFile | TextbookFile;

interface Context {
  readonly name: string;
  /** What the file was read from, with the places of its values. */
  readonly tree: Tree;
  readonly report: Report;
  /** Nothing has been found wrong so far, here or elsewhere. */
  readonly sound: () => boolean;
}

/** Makes scenarios that can be run of files whose values hold each by itself: checks them together, and opens what they name. */
export class Resolver {
  readonly #traces: TraceShelf;
  readonly #forms: FormShelf;
  readonly #policies: PolicyShelf;
  readonly #remarks = new Set<string>();

  constructor(files: Files, forms: FormShelf) {
    this.#traces = new TraceShelf(files);
    this.#forms = forms;
    this.#policies = new PolicyShelf(files);
  }

  /** What has to be said beside the results of all that has been resolved. */
  get notes(): readonly string[] {
    return [...this.#remarks, ...this.#policies.notes, ...this.#forms.notes, ...this.#traces.notes];
  }

  /** Reports everything that contradicts itself; undefined unless all is sound. */
  resolve(file: ScenarioFile, { name, tree, report, sound }: Context): Scenario | undefined {
    if (file.model === "textbook") {
      const scenario = resolveTextbook(file, name);
      checkTextbook(scenario, report);
      return scenario;
    }
    checkCluster(file, report);
    for (const remark of remarksOn(file)) this.#remarks.add(remark);
    const policy = this.#policy(file, report);
    const traces = Object.fromEntries(
      components.map((component) => [component, this.#trace(component, file, report)]),
    ) as Traces;
    const measurements = readMeasurements(file, tree, this.#forms, report);
    if (!sound()) return undefined;
    const scenario = resolveCluster(file, name, traces, measurements, policy);
    for (const remark of captureRemarks(scenario)) this.#remarks.add(remark);
    return scenario;
  }

  #policy({ policy }: ClusterFile, report: Report): PolicySpec {
    if (policy === "protect") return policy;
    try {
      return this.#policies.get(policy.module, policy.options ?? {});
    } catch (error) {
      if (error instanceof PolicyModuleError) report(["policy", "module"], error.message);
      else if (error instanceof PolicyOptionsError) report(["policy", "options"], error.message);
      else throw error;
      return "protect";
    }
  }

  #trace(component: Component, file: ClusterFile, report: Report): OutageTrace | undefined {
    const source = file.failures[component];
    if (source === "none" || !("trace" in source)) return undefined;
    const count = countsOf(file)[component];
    try {
      const trace = this.#traces.get(source, component, count);
      checkTraceOutages(component, trace, count, file.horizon, report);
      return trace;
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
      report(["failures", component, "trace"], error.message);
      return undefined;
    }
  }
}
