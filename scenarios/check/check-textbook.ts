import { textbookIssues } from "../../models/textbook/textbook-issues.ts";
import type { TextbookScenario } from "../resolve/resolve-textbook.ts";
import type { Report } from "../text/issue.ts";

/** What the model itself has to say about a textbook scenario, besides what the schema has checked. */
export const checkTextbook = ({ spec }: TextbookScenario, report: Report): void => {
  for (const { path, message } of textbookIssues(spec)) report(path, message, [["work"], ["model"]]);
};
