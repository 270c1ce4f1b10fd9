import type { CommandModule } from "yargs";
import type { CommandLine } from "../../scenarios/commands/command-line.ts";
import { captureModes } from "../capture/capture-modes.ts";
import { realProtocols } from "../cut/cut-cluster.ts";
import { applications } from "../guest/application.ts";
import { assumable } from "../study/assumable.ts";
import {
  asJson,
  hosts,
  neededText,
  number,
  numbers,
  settings,
  text,
  withInventory,
  withScenario,
  word,
  words,
} from "./options.ts";
import { testbedActions } from "./testbed-actions.ts";

const withApplication = {
  describe: "What guests run beside their workload",
  choices: applications,
  requiresArg: true,
} as const;

/** The commands around real machines and what they leave behind. */
export const realCommands = (line: CommandLine): CommandModule[] => [
  {
    command: "pages <snapshot...>",
    describe: "Tell what the pages of Linux guests are used for, from images of their memory",
    builder: (yargs) =>
      yargs
        .positional("snapshot", {
          describe: "Raw image, dump-guest-memory ELF or migration stream",
          type: "string",
          array: true,
        })
        .option(
          "format",
          word("How; mix is the page mix of the last, for a scenario", ["text", "csv", "json", "mix"], "text"),
        )
        .example("$0 pages one.elf two.elf", "two guests, and what they have in common")
        .example("$0 pages one.elf --format mix > mix.csv", "what cluster.workload.mix of a scenario takes"),
    handler: async (given) => (await import("./pages.ts")).pages(line, given as never),
  },
  {
    command: "testbed <action> <inventory>",
    describe: "Examine, prepare, make or end the hosts of a real testbed",
    builder: (yargs) =>
      withInventory(yargs)
        .positional("action", { describe: "What to do", choices: testbedActions })
        .option("install", { describe: "Let setup install packages of Debian", type: "boolean", default: false })
        .option("rebuild", { describe: "Make the memories of points again", type: "boolean", default: false })
        .option("keep-points", { describe: "Let down leave the restore points", type: "boolean", default: false })
        .option("retire", { describe: "Let points go that are found", type: "boolean", default: false })
        .example("$0 testbed doctor two-namespaces", "what is missing or odd on each host, and what mends it")
        .example("$0 testbed setup lab.yaml --install", "installs what is missing")
        .example("$0 testbed points four-namespaces", "the restore points that a run which was killed has left")
        .example("$0 testbed down two-namespaces", "ends all that was made, even by a run that crashed"),
    handler: async (given) => (await import("./testbed.ts")).testbed(line, given as never),
  },
  {
    command: "measure <inventory>",
    describe: "Capture real guests again and again, and write down what it took",
    builder: (yargs) =>
      withInventory(yargs)
        .option("out", neededText("File of captures; what it has already is not taken again"))
        .option("mode", words("How guests are captured", captureModes, captureModes))
        .option("memory", numbers("MiB of guests", [128, 192, 256]))
        .option("writes", numbers("Pages written each second", [0, 2000, 8000, 10_000_000]))
        .option("hot", number("Part of the memory that is filled and written", 0.4))
        .option("repetitions", number("Captures of each setting", 10))
        .option("seed", number("Decides the order", 1))
        .example(
          "$0 measure two-namespaces --out captures.csv",
          "three modes and memories, four rates of writes, the last more than guests can, ten times each",
        ),
    handler: async (given) => (await import("./measure.ts")).measure(line, given as never),
  },
  {
    command: "cut <inventory>",
    describe: "Cut a cluster of real guests, and tell what crossed the cut",
    builder: (yargs) =>
      withInventory(yargs)
        .option("protocol", words("How guests come to their cuts", realProtocols, realProtocols))
        .option("mode", word("How guests are captured", captureModes, "post-copy"))
        .option("guests", number("Guests, on all hosts in turn", 2))
        .option("messages", number("Messages by UDP, and by TCP, to each peer a second", 300))
        .option("application", withApplication)
        .option("apart", number("Seconds between guests, where each has its turn", 0.5))
        .option("repetitions", number("Cuts of each protocol", 3))
        .option("json", asJson)
        .example("$0 cut two-namespaces --protocol barrier", "two guests that talk, stopped together three times"),
    handler: async (given) => (await import("./cut.ts")).cut(line, given as never),
  },
  {
    command: "survive <inventory>",
    describe: "Restore real guests without pages of each class, and tell which they survive without",
    builder: (yargs) =>
      withInventory(yargs)
        .option("out", neededText("File of restores; what it has already is not done again"))
        .option("memory", number("MiB of guests", 128))
        .option("repetitions", number("Guests, each restored with every loss", 5))
        .option("seconds", number("For which a restored guest works before it is asked how it is", 3))
        .example(
          "$0 survive two-namespaces --out survival.csv",
          "five guests, each restored without each kind of pages",
        ),
    handler: async (given) => (await import("./survive.ts")).surviveCommand(line, given as never),
  },
  {
    command: "replay <scenario>",
    describe: "Run a scenario on real machines and in the simulator, and set both beside each other",
    builder: (yargs) =>
      withScenario(yargs)
        .option("testbed", { ...hosts("of the real run"), demandOption: true })
        .option("set", settings)
        .option("seed", text("Seed of the scenario"))
        .option("replications", text("Runs of the simulator"))
        .option(
          "out",
          text("Folder for the report, and of each run its events and a page of both timelines; runs in it are over"),
        )
        .option("accelerate", number("Failures by laws come, and end, so many times as fast"))
        .option(
          "soak",
          text("Lets everything fail at random for so long, and looks after each recovery whether all is well"),
        )
        .option("json", asJson)
        .example(
          "$0 replay replayed --testbed four-namespaces",
          "snapshots, two failures and two rollbacks in two minutes",
        )
        .example("$0 replay storm.yaml --testbed four-namespaces --soak 2h --seed 7", "are all invariants kept?"),
    handler: async (given) => (await import("./replay.ts")).replayCommand(line, given as never),
  },
  {
    command: "sweep <scenario>",
    describe: "Run the points of a sweep on real machines, and draw them beside the simulator's curves",
    builder: (yargs) =>
      withScenario(yargs)
        .option("testbed", { ...hosts("of the real runs"), demandOption: true })
        .option("out", neededText("Folder for runs, report and picture; what it has already is not run again"))
        .option("shortest", {
          describe: "Search the shortest snapshot.interval of the sweep that is kept, and run only what that asks for",
          type: "boolean",
          default: false,
        })
        .option("cycles", number("Cycles of each run of the search, after three to warm up", 6))
        .option("similarity", {
          describe: "Look at what guests have in common at the end of each run: columns similarity*",
          type: "boolean",
          default: false,
        })
        .option("set", settings)
        .option("seed", text("Seed of the scenario"))
        .option("replications", text("Runs of the simulator"))
        .option("x", text("Swept key along which is drawn [the first]"))
        .option("y", { describe: "Columns that are drawn", type: "string", array: true, requiresArg: true })
        .option("panel", text("Swept key that has a panel for each value"))
        .example(
          "$0 sweep sustained-interval --testbed four-namespaces --shortest --panel snapshot.record --out sustained",
          "how short an interval each way of capturing keeps, on real machines and in the simulator",
        ),
    handler: async (given) => (await import("./sweep.ts")).sweepCommand(line, given as never),
  },
  {
    command: "calibrate <captures>",
    describe: "Fit the model's costs of a capture to captures that were measured",
    builder: (yargs) =>
      yargs
        .positional("captures", {
          describe: "File of snapback measure, or folder of snapback replay --out",
          type: "string",
        })
        .option(
          "memory",
          numbers("Only guests of so many MiB; the others are held out, if they can write what they are to"),
        )
        .option("writes", numbers("Only guests with so many writes a second"))
        .option("assume", words("Taken from the catalogue, where captures do not tell it", assumable))
        .option("run", {
          describe: "Only replays in folders of these names; the others are held out",
          type: "string",
          array: true,
          requiresArg: true,
        })
        .option("extends", text("Scenario that was replayed, over which costs of replays are laid"))
        .option("out", neededText("Name of the entries of the catalogue, of the scenario and of the record"))
        .example(
          "$0 calibrate captures.csv --memory 128 --memory 256 --out here",
          "here.catalogue.yaml, whose entries scenarios can name, here.yaml, which does, and here.json",
        )
        .example(
          "$0 calibrate replayed --run 1 --run 2 --extends replayed --out here",
          "what records, plans, restores and announcements of two replays have cost",
        ),
    handler: async (given) => (await import("./calibrate.ts")).calibrateCommand(line, given as never),
  },
  {
    command: "validate <scenario>",
    describe: "Set the model beside measured captures that it was not fitted to",
    builder: (yargs) =>
      yargs
        .positional("scenario", {
          describe: "Scenario of snapback calibrate, or one that names its entries",
          type: "string",
        })
        .option("measured", text("File of snapback measure, whose guests it is to have"))
        .option("testbed", hosts("on which the scenario's own guests are captured now"))
        .option("replays", text("Folder of snapback replay --out, whose runs are of its points"))
        .option("set", {
          describe: "Sets a key, as the replays did: key=value",
          type: "string",
          array: true,
          requiresArg: true,
        })
        .option("accelerate", number("Failures by laws, as the replays had them"))
        .option("calibration", text("Record of the fit [scenario's name with .json]"))
        .option("repetitions", number("Cuts of each point, on a testbed", 10))
        .option("seed", number("Decides the order, on a testbed", 1))
        .option("out", text("Folder for the report, its numbers and a picture"))
        .example(
          "$0 validate here.yaml --measured captures.csv",
          "how far the model is off in settings that were held out",
        )
        .example(
          "$0 validate own.yaml --testbed two-namespaces --calibration here.json",
          "the same of a scenario of one's own, whose cluster is cut on real guests",
        ),
    handler: async (given) => (await import("./validate.ts")).validate(line, given as never),
  },
  {
    command: "guest-image",
    describe: "Build what guests of a testbed boot, of Debian's kernel and busybox and our workload",
    builder: (yargs) =>
      yargs
        .option("application", withApplication)
        .option("json", asJson)
        .example("$0 guest-image --application redis", "one whose guests can run Redis")
        .example("$0 guest-image", "builds it, or tells where it is since it was built"),
    handler: async (given) => (await import("./guest-image.ts")).guestImageCommand(line, given as never),
  },
];
