/** What pages hold at first: zeros, one content again and again, what all guests of an image share, or what nobody else has. */
export type PageContent = "zero" | "duplicate" | "shared" | "unique";

export interface PageClass {
  readonly content: PageContent;
  readonly pages: number;
  /** Pages of it that are written each second, anywhere in it. */
  readonly writesPerSecond: number;
  /** So many times smaller it can be made. */
  readonly compressRatio: number;
}

export interface GuestPeer {
  readonly id: number;
  readonly address: string;
  /** To it, each second; a peer that only sends is one all the same. */
  readonly messages: { readonly udp: number; readonly tcp: number };
}

/** What `redis-benchmark` does with a Redis: it sets and gets random keys as fast as it can; 0 clients do nothing. */
export interface RedisLoad {
  readonly clients: number;
  readonly keys: number;
  /** Bytes of a value. */
  readonly bytes: number;
}

/** How busy the memory, the disk and the network of a guest are. */
export interface WorkloadSettings {
  readonly id: number;
  /** Guests of one image number share their shared pages. */
  readonly image: number;
  readonly seed: number;
  /** Seconds between heartbeats. */
  readonly beat: number;
  readonly classes: readonly PageClass[];
  /** Blocks of 4 KiB that are stamped, and so many each second. */
  readonly disk?: { readonly blocks: number; readonly writesPerSecond: number };
  /** Pages of the disk that the kernel caches, and how many of them are written each second. */
  readonly cache?: { readonly pages: number; readonly writesPerSecond: number };
  /** In an image with Redis: keys that are stamped, and so many stamps each second; and who loads it beside that. */
  readonly redis?: {
    readonly keys: number;
    readonly writesPerSecond: number;
    readonly load: RedisLoad;
  };
  /** Processes beside the workload, and pages of each: what they may lose. The workload locks its own memory then. */
  readonly processes?: { readonly count: number; readonly pages: number };
  /** With the length of its network's prefix: `10.0.0.1/24`. */
  readonly address?: string;
  /** Whom it sends to or hears of. */
  readonly peers: readonly GuestPeer[];
}

export const mostPageClasses = 8;
export const mostPeers = 64;
const mostProcesses = 16;
/** Messages to one peer by one protocol, each second. */
export const mostMessages = 1e6;
const mostClients = 1000;

/**
 * The settings as the workload reads them: a word and its values a line.
 *
 * @throws RangeError if there are more classes or peers than it has room for, one of them twice, or a value is none
 */
export const workloadText = (settings: WorkloadSettings): string => {
  const { id, image, seed, beat, classes, disk, cache, redis, processes, address, peers } = settings;
  if (classes.length > mostPageClasses) throw new RangeError(`a guest has at most ${mostPageClasses} classes of pages`);
  if (peers.length > mostPeers) throw new RangeError(`a guest has at most ${mostPeers} peers`);
  if ((processes?.count ?? 0) > mostProcesses)
    throw new RangeError(`a guest has at most ${mostProcesses} processes beside its workload`);
  if (new Set([id, ...peers.map((peer) => peer.id)]).size <= peers.length)
    throw new RangeError("a guest's peers are others, and each is there once");
  const lines: (readonly (string | number)[])[] = [
    ["id", whole(id)],
    ["image", whole(image)],
    ["seed", whole(seed)],
    ["beat", beat],
    ...classes.map((one) => ["class", one.content, whole(one.pages), one.writesPerSecond, one.compressRatio]),
    ...(disk === undefined ? [] : [["disk", whole(disk.blocks), disk.writesPerSecond]]),
    ...(cache === undefined ? [] : [["cache", whole(cache.pages), cache.writesPerSecond]]),
    ...(redis === undefined ? [] : [["redis", whole(redis.keys), redis.writesPerSecond, ...loadOf(redis.load)]]),
    ...(processes === undefined ? [] : [["processes", whole(processes.count), whole(processes.pages)]]),
    ...(address === undefined ? [] : [["address", address]]),
    ...peers.map(({ id, address, messages }) => ["peer", whole(id), address, rate(messages.udp), rate(messages.tcp)]),
  ];
  for (const value of lines.flat())
    if (typeof value === "number" ? !(Number.isFinite(value) && value >= 0) : !/^[\w./-]+$/.test(value))
      throw new RangeError(`${value} is no value of a guest's settings`);
  return lines.map((line) => `${line.join(" ")}\n`).join("");
};

const whole = (value: number): number => {
  if (!(Number.isSafeInteger(value) && value >= 0))
    throw new RangeError(`${value} is no whole number, as settings of a guest need it`);
  return value;
};

const rate = (value: number): number => {
  if (!(value >= 0 && value <= mostMessages))
    throw new RangeError(`${value} messages a second; a guest sends 0 to ${mostMessages} to a peer`);
  return value;
};

const loadOf = ({ clients, keys, bytes }: RedisLoad): number[] => {
  if (whole(clients) > mostClients) throw new RangeError(`a Redis is loaded by at most ${mostClients} clients`);
  if (whole(keys) < 1 || whole(bytes) < 1) throw new RangeError("a load of Redis has at least a key, of a byte");
  return [clients, keys, bytes];
};

/** About what its Redis holds at most, in bytes: what keys are known by takes about 100 beside their values. */
export const redisBytes = ({ redis }: WorkloadSettings): number =>
  redis === undefined
    ? 0
    : redis.keys * 150 + (redis.load.clients === 0 ? 0 : redis.load.keys * (redis.load.bytes + 100));

/** Bytes that its disk has to have. */
export const diskBytes = ({ disk, cache }: WorkloadSettings): number =>
  4096 * ((disk?.blocks ?? 0) + (cache?.pages ?? 0));
