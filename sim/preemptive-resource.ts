import { PriorityResource } from "./priority-resource.ts";
import type { ProcessHandle } from "./process.ts";
import type { Request } from "./request.ts";
import type { Resource } from "./resource.ts";

/** The cause of the interrupt that a preempted process gets. */
export class Preemption {
  /** The process whose request took the place, if it was made by one. */
  readonly by: ProcessHandle<unknown> | null;
  readonly resource: Resource;
  /** Time since which the place had been held. */
  readonly since: number;

  constructor(by: ProcessHandle<unknown> | null, resource: Resource, since: number) {
    this.by = by;
    this.resource = resource;
    this.since = since;
  }

  toString(): string {
    return `preempted at ${this.resource.name} by ${this.by?.name ?? "a callback"}, held since ${this.since}`;
  }
}

/**
 * A priority resource at which a more urgent request takes the place of a less urgent user: of the least urgent, and
 * among those of the one who came last. The process that made the preempted request is interrupted, with a
 * `Preemption` as the cause; its turn is over. Whether it later resumes or restarts its work is its own business.
 */
export class PreemptiveResource extends PriorityResource {
  protected override makeRoom(turn: Request): boolean {
    if (super.makeRoom(turn)) return true;
    if (!turn.preempt) return false;
    const victim = this.users.reduce((worst, user) => (this.precedes(worst, user) ? user : worst));
    if (victim.priority <= turn.priority) return false;
    this.evict(victim);
    if (victim.by?.isAlive) victim.by.deliver(new Preemption(turn.by, this, victim.since));
    return true;
  }
}
