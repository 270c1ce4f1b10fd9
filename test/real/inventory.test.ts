import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bundledInventories, parseInventory, readInventory } from "../../real/inventory/read-inventory.ts";
import { diskFiles } from "../../scenarios/files.ts";

const parse = (text: string) => parseInventory({ kind: "file", name: "t.yaml", folder: "/lab", text });
const complaint = (text: string): string => {
  try {
    parse(text);
  } catch (error) {
    return (error as Error).message;
  }
  return assert.unreachable("it must be refused") as never;
};

const inventory = suite("an inventory");

inventory("of namespaces gives each host an address of the subnet and the rate of its link", () => {
  const text =
    "name: t\ndriver: namespace\nsubnet: 10.1.2.0/29\nrate: 8Mbit/s\nhosts: { a: , b: { address: 10.1.2.1 }, c: { rate: 1MB/s } }";
  const { hosts, ...rest } = parse(text);
  assert.equal(rest, { driver: "namespace", name: "t", subnet: { base: 0x0a010200, bits: 29 } } as never);
  assert.equal(hosts, [
    { name: "a", address: "10.1.2.2", rate: 1e6 },
    { name: "b", address: "10.1.2.1", rate: 1e6 },
    { name: "c", address: "10.1.2.3", rate: 1e6 },
  ]);
});

inventory("that asks for billions of values by aliases, or steers a terminal, is refused in a line", () => {
  const names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
  const ten = (value: string): string => `[${Array(10).fill(value)}]`;
  const bomb = names.map((name, i) => `${name}: &${name} ${ten(i === 0 ? "x" : `*${names[i - 1]}`)}\n`).join("");
  assert.throws(
    () => parse(`name: t\ndriver: ssh\nhosts: { h: }\n${bomb}`),
    /aliases stand for more than 100000 values/,
  );
  try {
    parse("name: x\x1b[31m\x9b\u202e\ndriver: ssh\nhosts: { a: }");
    assert.unreachable("it must fail");
  } catch (error) {
    assert.match((error as Error).message, /name: x\?\[31m\?\?$/m);
  }
});

inventory("of ssh hosts takes names as destinations, and a configuration beside it", () => {
  const text =
    "name: t\ndriver: ssh\nconfig: keys/config\nhosts:\n  a:\n  b: { destination: b.lab, user: me, port: 2222 }";
  assert.equal(parse(text), {
    driver: "ssh",
    name: "t",
    config: "/lab/keys/config",
    hosts: [
      { name: "a", destination: "a", user: undefined, port: undefined },
      { name: "b", destination: "b.lab", user: "me", port: 2222 },
    ],
  });
});

inventory("that comes with the product is sound", () => {
  for (const name of bundledInventories(diskFiles)) assert.ok(readInventory(diskFiles, name, "/").hosts.length > 0);
  assert.throws(() => readInventory(diskFiles, "two-namespace", "/"), /did you mean two-namespaces\?/);
});

const head = "name: t\ndriver: namespace\n";
const ssh = "name: t\ndriver: ssh\n";
for (const [fault, text, expected] of [
  ["an unknown driver", "name: t\ndriver: shh\nhosts: { a: }", /^t\.yaml:2:9: driver: "shh" is not known.*ssh/],
  ["no driver", "name: t\nhosts: { a: }", /^t\.yaml:1:1: driver: is missing: one of namespace, ssh/],
  [
    "a misspelt key",
    `${head}subnett: 10.0.0.0/8\nhosts: { a: }`,
    /^t\.yaml:3:1: subnett: unknown key; did you mean subnet\?/,
  ],
  ["a key of another driver", `${ssh}hosts: { a: { rate: 1MB/s } }`, /^t\.yaml:3:15: hosts\.a\.rate: unknown key/],
  ["a host named as the loopback", `${head}hosts: { lo: }`, /^t\.yaml:3:10: hosts\.lo: is no name for an interface/],
  ["no host", `${head}hosts: {}`, /^t\.yaml:3:1: hosts: has no host/],
  ["a rate without unit", `${head}rate: 5\nhosts: { a: }`, /^t\.yaml:3:7: rate: 5 has no unit/],
  ["a name that is a path", "name: ../x\ndriver: ssh\nhosts: { a: }", /^t\.yaml:1:7: name: must be 1 to 15/],
  ["a host whose name is an option", `${ssh}hosts: { -x: }`, /^t\.yaml:3:10: hosts\.-x: must be 1 to 15/],
  [
    "a host's name for the prototype",
    `${ssh}hosts: { a: , __proto__: }`,
    /^t\.yaml:3:15: hosts\.__proto__: is no name/,
  ],
  [
    "a destination that is an option",
    `${ssh}hosts: { a: { destination: -oProxyCommand=x } }`,
    /^t\.yaml:3:28: hosts\.a\.destination: must be/,
  ],
  ["a destination with a shell's signs", `${ssh}hosts: { a: { destination: "a;id" } }`, /destination: must be/],
  ["a user that is an option", `${ssh}hosts: { a: { user: -v } }`, /^t\.yaml:3:21: hosts\.a\.user: must be/],
  [
    "a port beyond all ports",
    `${ssh}hosts: { a: { port: 70000 } }`,
    /^t\.yaml:3:21: hosts\.a\.port: must be at most 65535/,
  ],
  [
    "a subnet with bits of a host",
    `${head}subnet: 10.0.0.1/24\nhosts: { a: }`,
    /^t\.yaml:3:9: subnet: must be an IPv4/,
  ],
  [
    "an address outside",
    `${head}hosts: { a: { address: 10.78.0.1 } }`,
    /^t\.yaml:3:24: hosts\.a\.address: is not an address/,
  ],
  [
    "an address twice",
    `${head}hosts:\n  a: { address: 10.77.0.1 }\n  b: { address: 10.77.0.1 }`,
    /^t\.yaml:5:17: .* of a already/,
  ],
  [
    "more hosts than addresses",
    `${head}subnet: 10.0.0.0/30\nhosts: { a: , b: , c: }`,
    /^t\.yaml:4:20: hosts\.c: finds no free/,
  ],
  ["what is no mapping", "- a", /^t\.yaml:1:1: an inventory is a mapping/],
  ["what is no YAML", "a: [", /^t\.yaml:1:\d: this is not YAML/],
  ["a host twice", `${head}hosts:\n  a:\n  a:`, /^t\.yaml:4:5: this is not YAML: map keys must be unique/],
] as const)
  inventory(`with ${fault} is refused at its line and column`, () => assert.match(complaint(text), expected));

inventory("tells everything that is wrong at once", () => {
  const message = complaint(`${ssh}hosts: { a: { destination: -x, user: -y }, B: }`);
  assert.is(message.match(/^t\.yaml:3:/gm)?.length, 3);
});

inventory.run();
