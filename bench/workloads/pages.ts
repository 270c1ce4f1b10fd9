import { join } from "node:path";
import { withImage } from "../../real/pages/open-image.ts";
import { SeenContents } from "../../real/pages/seen-contents.ts";
import { type Survey, survey } from "../../real/pages/survey.ts";
import type { Benchmark, Workload } from "../benchmark.ts";
import { xxhsum } from "../contenders.ts";
import { type MadeMemory, writeLinuxMemory } from "../linux-memory.ts";

const mostMemory = 300e6;
const section = 32768;

/** What `snapback pages` does: reads, hashes and classifies the memory of a guest. Its peer only hashes the same file. */
export default {
  name: "pages",
  measures: "seconds",
  unit: "page",
  peers: [xxhsum],
  clocks: "bit-equal",
  oneCore: true,
  quick: { sections: 1 },
  // At most 6 times what the hash of the file takes; 2.5 times is the stretch.
  cases: [
    { title: "1 GiB, no page like another", params: { sections: 8, zero: 0, same: 0 } },
    { title: "1 GiB, 1/4 zeros, 1/8 alike", params: { sections: 8, zero: 4, same: 2 } },
  ].map((each) => ({ ...each, floor: 1 / 6, stretch: 1 / 2.5 })),
} satisfies Benchmark;

export const run: Workload = (input) => {
  const frames = section * input.number("sections");
  const path = join(input.text("tables"), "linux-memory");
  const [zero, same] = [input.number("zero"), input.number("same")];
  const surveyed = (): Survey => withImage(path, (image) => survey(image, 0, new SeenContents()));
  // Compiles what will be measured, on a small memory.
  writeLinuxMemory(path, section, zero, same);
  surveyed();
  const made = writeLinuxMemory(path, frames, zero, same);
  const elapsed = input.stopwatch();
  const found = surveyed();
  const amount = elapsed();
  check(found, made);
  const peak = process.resourceUsage().maxRSS * 1024;
  if (peak > mostMemory) throw new Error(`${peak} bytes of memory were used, more than ${mostMemory}`);
  return { amount, units: frames, clock: 0, counts: { bytes: frames * 4096 } };
};

const check = ({ classes }: Survey, made: MadeMemory): void => {
  const others = classes.filter((one) => one.class !== "kernel");
  const sum = (value: "zero" | "inside"): number => others.reduce((total, one) => total + one[value], 0);
  const wrong = [
    ...classes.filter((one) => one.frames !== (made.classes.get(one.class) ?? 0)).map((one) => one.class),
    ...(["zero", "inside"] as const).filter((value) => sum(value) !== made[value]),
  ];
  if (wrong.length > 0) throw new Error(`the survey counts another number of ${wrong.join(", ")} than were made`);
};
