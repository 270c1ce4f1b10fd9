import type { Arguments, Result } from "../protocol.ts";
import { MulticastOffer } from "./give.ts";

const mostOffers = 8;

/** Multicasts that an agent offers: each is given once, and ends when its time is over. */
export class MulticastOffers {
  readonly #folder: string;
  readonly #open = new Map<number, MulticastOffer>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async offer(given: Arguments<"offerMulticast">): Promise<Result<"offerMulticast">> {
    if (this.#open.size >= mostOffers) throw new Error(`more than ${mostOffers} multicasts at once`);
    const offer = new MulticastOffer(this.#folder, given);
    const port = await offer.listen();
    this.#open.set(port, offer);
    setTimeout(() => this.#end(port), given.milliseconds).unref();
    return { port };
  }

  async give(given: Arguments<"giveMulticast">): Promise<Result<"giveMulticast">> {
    const offer = this.#open.get(given.port);
    if (offer === undefined) throw new Error("no such offer is open");
    try {
      return await offer.give(given);
    } finally {
      this.#end(given.port);
    }
  }

  #end(port: number): void {
    this.#open.get(port)?.close();
    this.#open.delete(port);
  }
}
