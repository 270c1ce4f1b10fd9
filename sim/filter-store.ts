import type { Claim } from "./claim.ts";
import { PredicateThrew } from "./errors.ts";
import { Store } from "./store.ts";

/** A store whose gets may be choosy: one whose item is not there is overtaken by one whose item is. */
export class FilterStore<T> extends Store<T> {
  /**
   * Takes the first item that `accepts` likes, as soon as there is one. If `accepts` throws, the get fails with a
   * PredicateThrew.
   * @param accepts must depend on the item alone.
   */
  override get(accepts?: (item: T) => boolean): Claim<T> {
    return accepts === undefined ? super.get() : this.claim(accepts);
  }

  /** @internal */
  override serveGets(): void {
    for (const get of [...this.gets.view]) {
      try {
        const at = this.shelf.view.findIndex((item) => get.accepts(item));
        if (at < 0) continue;
        get.trigger(this.shelf.take(at));
      } catch (error) {
        get.refuse(new PredicateThrew(this.name, error));
      }
      this.gets.remove(get);
    }
  }
}
