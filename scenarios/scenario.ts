import type { ClusterScenario } from "../models/scenario.ts";
import type { TextbookScenario } from "./resolve/resolve-textbook.ts";

/** What one run simulates, of whichever model. */
export type Scenario = ClusterScenario | TextbookScenario;
