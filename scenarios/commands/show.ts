import { loadScenario } from "../load.ts";
import { showScenario } from "../show.ts";
import { setTo } from "../text/override.ts";
import type { CommandLine } from "./command-line.ts";

export const show = (
  line: CommandLine,
  given: { readonly scenario: string; readonly set: readonly string[] },
): void => {
  const { files, folder } = line;
  const overrides = given.set.map((text) => setTo("--set", text));
  line.print(showScenario(loadScenario(given.scenario, { files, folder, overrides })).trimEnd());
};
