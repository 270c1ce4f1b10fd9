import { okabeIto } from "../../results/charts/look.ts";

const mode = (capture: string, record: string, colour: string, dash: readonly number[]) => ({
  name: `${capture}, ${record}`,
  set: [`snapshot.capture=${capture}`, `snapshot.record=${record}`],
  colour,
  dash,
});

/** Every way of capturing and recording that the model has, as a curve: full records dashed. */
export const captureModes = [
  mode("stop-and-copy", "full", okabeIto.vermilion, [5, 3]),
  mode("stop-and-copy", "incremental", okabeIto.vermilion, []),
  mode("pre-copy", "full", okabeIto.orange, [5, 3]),
  mode("pre-copy", "incremental", okabeIto.orange, []),
  mode("post-copy", "full", okabeIto.blue, [5, 3]),
  mode("post-copy", "incremental", okabeIto.sky, []),
  mode("post-copy", "lazy-incremental", okabeIto.blue, []),
] as const;
