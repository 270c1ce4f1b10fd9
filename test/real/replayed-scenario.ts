import type { ClusterScenario } from "../../models/scenario.ts";
import { diskFiles } from "../../scenarios/files.ts";
import { loadScenario } from "../../scenarios/load.ts";
import { setTo } from "../../scenarios/text/override.ts";

/** The scenario that is replayed, with settings of a test. */
export const replayedScenario = (...settings: string[]): ClusterScenario => {
  const overrides = settings.map((text) => setTo("--set", text));
  const { scenario } = loadScenario("replayed", { files: diskFiles, folder: "/", overrides }).points[0]!;
  if (scenario.model !== "cluster") throw new Error("a replay is of a cluster");
  return scenario;
};
