import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bank } from "../../sim/examples/bank.ts";
import { cable } from "../../sim/examples/cable.ts";
import { carWash } from "../../sim/examples/car-wash.ts";
import { cinema } from "../../sim/examples/cinema.ts";
import { machineShop } from "../../sim/examples/machine-shop.ts";
import { petrolStation } from "../../sim/examples/petrol-station.ts";
import { type Message, oneToMany, oneToOne } from "../../sim/examples/pipes.ts";
import { PythonRandom } from "./python-random.ts";

// The numbers of machine shop, petrol station and pipes come from programs of the same three stories, written against
// SimPy 3.0.11 and run under CPython 3.11.2 with `random.seed(42)`; they are the numbers that SimPy's manual prints.

const seed42 = (): PythonRandom => new PythonRandom(42);
const to = (digits: number) => (x: number | undefined) => (x === undefined ? undefined : Number(x.toFixed(digits)));

test("bank: the third of five customers reneges at 13.9003 after 1.174, the others are served", () => {
  const visits = bank(seed42());
  assert.equal(
    visits.map((visit) => to(4)(visit.arrived)),
    [0, 10.2006, 12.7265, 34.9993, 40.4798],
  );
  assert.equal(
    visits.map((visit) => to(4)(visit.finished)),
    [3.8595, 23.7507, undefined, 37.9599, 43.1401],
  );
  assert.equal(
    visits.map((visit) => to(4)(visit.reneged)),
    [undefined, undefined, 13.9003, undefined, undefined],
  );
  assert.is(to(3)(visits[2]?.waited), 1.174);
});

test("car wash: cars enter in pairs as the two machines become free", () => {
  const washes = carWash(seed42());
  assert.equal(
    washes.map((wash) => wash.arrived),
    [0, 0, 0, 0, 5, 10, 16],
  );
  assert.equal(
    washes.map((wash) => wash.entered),
    [0, 0, 5, 5, 10, 10, 16],
  );
  assert.equal(
    washes.map((wash) => wash.removed),
    [97, 67, 64, 58, 97, 56, undefined],
  );
  assert.equal(
    washes.map((wash) => wash.left),
    [5, 5, 10, 10, 15, 15, undefined],
  );
});

test("cinema: three films sell out at 38.0, 43.0 and 28.0, and 16, 5 and 5 people leave the queue", () => {
  const films = cinema(seed42());
  assert.equal(
    films.map((film) => film.soldOutAt?.toFixed(1)),
    ["38.0", "43.0", "28.0"],
  );
  assert.equal(
    films.map((film) => film.leftQueue),
    [16, 5, 5],
  );
});

test("cable: what was sent every 5 is received 10 later, until 95", () => {
  const expected = Array.from({ length: 17 }, (_, i) => ({ sent: 5 + 5 * i, received: 15 + 5 * i }));
  assert.equal(cable(), expected);
});

test("machine shop: ten machines make 32775 parts in four weeks with one preemptible repairer", () => {
  const { machines, otherJobs } = machineShop(seed42());
  assert.equal(
    machines.map((machine) => machine.parts),
    [3251, 3273, 3242, 3343, 3387, 3244, 3269, 3185, 3302, 3279],
  );
  assert.equal(
    machines.map((machine) => machine.failures),
    [119, 114, 116, 101, 95, 123, 116, 130, 113, 112],
  );
  assert.is(otherJobs, 208);
});

test("petrol station: cars queue for two pumps and a truck brings 188 litres at 760", () => {
  const { cars, deliveries } = petrolStation(seed42());
  assert.equal(
    cars.map(({ arrived, litres, finished }) => [arrived, litres, finished]),
    [
      [87, 37, 105.5],
      [129, 38, 148],
      [284, 42, 305],
      [385, 27, 398.5],
      [459, 44, 481],
      [705, 43, 781.5],
      [750, 38, 779],
      [891, 26, 904],
    ],
  );
  assert.equal(deliveries, [{ called: 460, arrived: 760, litres: 188 }]);
});

/** `consumer received/sent`, or one number where the message was not late. */
const told = (messages: readonly Message[]): string =>
  messages.map(({ consumer, sent, received }) => consumer + (sent < received ? `${received}/${sent}` : sent)).join(" ");

test("pipes: a consumer receives in order, once late; two consumers each receive everything, each on its own", () => {
  const random = seed42();
  assert.is(told(oneToOne(random)), "A6 A12 A19 A26 A36 A46 A52 A58 A66/65 A75 A85 A95");
  // The second run goes on with the same generator, not with a new seed.
  assert.is(
    told(oneToMany(random)),
    "A10 B10 A18 B18 A27 B27 A34 B34 A40 B41/40 A46 B47/46 A56 B56 A65 B65 A74 B74 A82 B82 A92 B92 B98 A98",
  );
});

test("every example tells its story when it is started, and nothing when it is imported", () => {
  const names = ["bank", "cable", "car-wash", "cinema", "machine-shop", "petrol-station", "pipes"];
  const scripts = names.map((name) => fileURLToPath(new URL(`../../sim/examples/${name}.ts`, import.meta.url)));
  const told = (...args: string[]): string =>
    spawnSync(process.execPath, ["--import", "tsx", ...args], { encoding: "utf8" }).stdout;
  for (const script of scripts) assert.ok(told(script).split("\n").length > 3, `${script} says too little`);
  const imports = scripts.map((script) => `await import(${JSON.stringify(script)});`).join("");
  assert.is(told("--input-type=module", "--eval", `${imports} console.log("imported")`), "imported\n");
});

test.run();
