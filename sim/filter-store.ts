import type { Claim } from "./claim.ts";
import { Store } from "./store.ts";

/** A store whose gets may be choosy: one whose item is not there is overtaken by one whose item is. */
export class FilterStore<T> extends Store<T> {
  /**
   * Takes the first item that `accepts` likes, as soon as there is one.
   * @param accepts must depend on the item alone.
   */
  override get(accepts?: (item: T) => boolean): Claim<T> {
    return accepts === undefined ? super.get() : this.claim(accepts);
  }

  /** @internal */
  override serveGets(): void {
    for (const get of [...this.gets.view]) {
      const at = this.shelf.view.findIndex((item) => get.accepts(item));
      if (at < 0) continue;
      this.gets.remove(get);
      get.trigger(this.shelf.take(at));
    }
  }
}
