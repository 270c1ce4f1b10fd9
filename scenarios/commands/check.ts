import { loadScenario } from "../load.ts";
import { NoScenarioError } from "../text/inherit.ts";
import { ScenarioError } from "../text/issue.ts";
import { setTo } from "../text/override.ts";
import { CommandError, type CommandLine } from "./command-line.ts";

/** Checks every scenario before it gives up: one bad file does not hide the faults of the next. */
export const check = (
  line: CommandLine,
  given: { readonly scenario: readonly string[]; readonly set: readonly string[] },
): void => {
  const faults: string[] = [];
  for (const reference of given.scenario) {
    try {
      const { files, folder } = line;
      const loaded = loadScenario(reference, {
        files,
        folder,
        overrides: given.set.map((text) => setTo("--set", text)),
      });
      const { points, replications, notes } = loaded;
      const many = points.length === 1 ? "" : `${points.length} points, `;
      line.print(
        `${reference}: ok (${points[0]!.scenario.model}, ${many}${replications} replication${replications === 1 ? "" : "s"})`,
      );
      for (const note of notes) line.print(`- ${note}`);
    } catch (error) {
      if (!(error instanceof ScenarioError || error instanceof NoScenarioError)) throw error;
      faults.push(error.message);
    }
  }
  if (faults.length > 0) throw new CommandError(faults.join("\n"));
};
