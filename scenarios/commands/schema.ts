import { scenarioJsonSchema } from "../schema/json-schema.ts";
import type { CommandLine } from "./command-line.ts";

export const schema = (line: CommandLine): void => line.print(JSON.stringify(scenarioJsonSchema(line.files), null, 2));
