import type { Argv, CommandModule } from "yargs";

type Example = readonly [command: string, what: string];

/** At least one for every command, after its name. */
export const examples: { readonly [command: string]: readonly Example[] } = {
  start: [["$0 start", "draws the main figure, in results/runs/start"]],
  figure: [
    ["$0 figure", "lists the figures"],
    ["$0 figure rolling-back", "simulates and draws this one"],
  ],
  check: [["$0 check mine.yaml", "says nothing where nothing is wrong"]],
  show: [["$0 show mine.yaml --set snapshot.interval=5s", "the whole scenario, with one value changed"]],
  catalogue: [["$0 catalogue workloads", "names for cluster.workload, and what they mean"]],
  schema: [["$0 schema > scenario.schema.json", "for an editor that completes YAML"]],
  run: [
    ["$0 run availability-vs-interval", "one of the built-in scenarios"],
    ["$0 run mine.yaml --set snapshot.interval=5s --json", "your own, with one value changed, for programs"],
    ["$0 run mine.yaml --results study", "keeps every run; what is done is not done again"],
  ],
  plan: [["$0 plan mine.yaml --results study", "what is done of it, and what is missing"]],
  shard: [["$0 shard study 0", "what a job of a cluster runs"]],
  status: [["$0 status study", "how much is done, failed, missing"]],
  explain: [["$0 explain study --at snapshot.interval=10s --replication 2", "why this run is what it is"]],
  table: [["$0 table study --only availability --format csv", "one column, for a spreadsheet"]],
  compare: [["$0 compare study --of workRatio --over snapshot.capture", "which is better, on the same random numbers"]],
  plot: [["$0 plot study --kind cdf --y rto", "how long rollbacks take, as a distribution"]],
  report: [["$0 report study --out report.html", "one file to send"]],
  loss: [["$0 loss simedc --mission 10y", "down to one in 10^15 and below"]],
  saving: [["$0 saving mine.yaml --target 70%", "which page mixes a saving of 70 % needs"]],
  optimum: [["$0 optimum mine.yaml --over snapshot.interval --from 10s --to 6h", "the best interval"]],
  literature: [["$0 literature --only mercurial", "one of the publications"]],
  solve: [
    [
      "$0 solve mine.yaml --over snapshot.interval --from 10s --to 6h --of restorePointAgeMean --target 10m",
      "where a target is met",
    ],
    [
      "$0 solve rolling-back --set rollback.transfer=multicast --over cluster.similarity --from 0% --to 60% --of restoreSourceBytes --saves 40% --against rollback.transfer=unicast",
      "where 40 % are saved",
    ],
  ],
  sensitivity: [
    [
      "$0 sensitivity mine.yaml --factor snapshot.interval=10s..1h --factor cluster.intensity=0.5..2",
      "which of two keys matters more",
    ],
  ],
  trace: [
    ["$0 trace mine.yaml --to 10m", "the first ten minutes, event by event"],
    ["$0 trace mine.yaml --html run.html", "a page to look into and to play"],
  ],
};

/** @throws Error for a command without an example */
export const withExamples = (commands: readonly CommandModule[]): CommandModule[] =>
  commands.map((command) => {
    const name = String(command.command).replace(/ .*/, "");
    const own = examples[name];
    if (own === undefined) throw new Error(`snapback ${name} has no example`);
    const { builder } = command;
    return {
      ...command,
      builder: (yargs: Argv) => {
        const built = typeof builder === "function" ? (builder(yargs) as Argv) : yargs;
        return own.reduce((all, [line, what]) => all.example(line, what), built);
      },
    };
  });
