import { describeIssue, type Issue } from "../../scenarios/text/issue.ts";
import type { Source } from "../../scenarios/text/place.ts";

/** A file of a user's with this text. */
export const csvSource = (text: string): Source => ({ kind: "file", name: "own.csv", folder: "/case", text });

/** What a reader says about a text, `line:column: message` for each fault; an empty list if it is satisfied. */
export const csvFaults = (read: (source: Source, issues: Issue[]) => unknown, text: string): string[] => {
  const issues: Issue[] = [];
  const reading = read(csvSource(text), issues);
  if ((reading === undefined) !== issues.length > 0)
    throw new Error("a reader returns nothing exactly if something is wrong");
  return issues.map((issue) => describeIssue(issue).split("\n")[0]!.replace("own.csv:", ""));
};
