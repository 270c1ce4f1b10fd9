import { codeFingerprint } from "../identity/code-fingerprint.ts";
import { StudyRecord } from "../study/study-state.ts";
import type { CommandLine } from "./command-line.ts";
import { planIn, sizeOf, studyFolder } from "./study.ts";

interface StatusArguments {
  readonly results: string;
  readonly json?: boolean;
}

/** How much of a study is done. */
export const status = async (line: CommandLine, given: StatusArguments): Promise<void> => {
  const folder = studyFolder(line, given.results);
  const plan = planIn(folder);
  const { chunks, ...state } = (await StudyRecord.read(folder, plan)).state;
  const missing = state.runs - state.done - state.failed;
  const open = chunks.filter(({ done, runs }) => done < runs).map(({ chunk }) => chunk);
  const isCurrent = codeFingerprint() === plan.code;
  if (given.json)
    return line.print(JSON.stringify({ study: plan.study, ...state, missing, openChunks: open, isCurrent }, null, 2));
  line.print(
    [
      `${plan.study}: ${sizeOf(plan)}`,
      `${state.done} done, ${state.failed} failed, ${missing} missing`,
      ...(open.length === 0 ? [] : [`chunks that are not complete: ${ranges(open)}`]),
      ...(state.others === 0 ? [] : [`${state.others} runs are of older plans, and are left alone`]),
      ...(isCurrent
        ? []
        : [`it was planned with other code (${plan.code}): what is missing cannot be run before it is planned anew`]),
    ].join("\n"),
  );
};

/** `0–3, 7` for 0, 1, 2, 3, 7. */
const ranges = (numbers: readonly number[]): string => {
  const parts: [number, number][] = [];
  for (const number of numbers) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(", ");
};
