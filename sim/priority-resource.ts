import type { Request } from "./request.ts";
import { Resource } from "./resource.ts";

/** A resource whose queue is ordered by priority, the smallest number first; first come first served among equals. */
export class PriorityResource extends Resource {
  protected override precedes(a: Request, b: Request): boolean {
    return a.priority < b.priority || (a.priority === b.priority && a.order < b.order);
  }
}
