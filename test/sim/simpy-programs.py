"""Runs random programs on SimPy: a line of JSON with a program in, a line with its trail out.

The trail has the words of run-program.ts. What a condition has seen is told by the law of the core: everything that has
succeeded when those who wait are told, where SimPy's own answer leaves out what is still to be processed. "comparable" is false for a program in which a process was interrupted while
it waited for a condition: SimPy then leaves the condition behind, which may fail later with nobody waiting for it.
"""

import json
import sys

import simpy
from simpy.resources.resource import Preempted

EVENTS = 4


class Failure(Exception):
    pass


class Return(Exception):
    """Leaves the body of a process from within nested steps."""


def number(x):
    if x == float("inf"):
        return "Infinity"
    return str(int(x)) if x == int(x) else repr(float(x))


def marks(event):
    happened = event.triggered and not (isinstance(event, simpy.events.Timeout) and not event.processed)
    return ("T" if happened else "") + ("P" if event.processed else "") + ("" if happened and event.ok else "-")


def parts(event):
    if not isinstance(event, simpy.events.Condition):
        return [event]
    return [part for inner in event._events for part in parts(inner)]


class Run:
    def __init__(self, program):
        self.env = env = simpy.Environment()
        self.trail = []
        self.comparable = True
        self.processes = []
        self.claims = []
        self.names = {None: "nobody"}
        kinds = {"plain": simpy.Resource, "priority": simpy.PriorityResource, "preemptive": simpy.PreemptiveResource}
        self.events = [env.event() for _ in range(EVENTS)]
        self.resources = [kinds[r["kind"]](env, capacity=r["capacity"]) for r in program["resources"]]
        self.tanks = [simpy.Container(env, capacity=t["capacity"], init=t["level"]) for t in program["tanks"]]
        self.shelves = [simpy.Store(env, capacity=s["capacity"]) for s in program["shelves"]]
        for index, process in enumerate(program["processes"]):
            self.start("p%d" % index, process["steps"], process["stubborn"])
        for pause in program["pauses"]:
            self.run(env.now + pause)
        self.run(float("inf"))

    def tell(self, who, what):
        self.trail.append("%s %s %s" % (number(self.env.now), who, what))

    def run(self, until):
        env = self.env
        while True:
            try:
                while env.peek() < until:
                    env.step()
                break
            except Exception as error:
                self.tell("run", "throws UnhandledFailure of " + self.error_words(error))
        if until < float("inf"):
            env._now = until  # env.run(until) leaves its stop event behind when something is thrown
        alive = ["alive" if process.is_alive else marks(process) for process in self.processes]
        self.trail.append("; ".join([
            "until processes " + ",".join(alive),
            "events " + ",".join(map(marks, self.events)),
            "claims " + ",".join(map(marks, self.claims)),
            "users " + ",".join("%d+%d" % (len(r.users), len(r.queue)) for r in self.resources),
            "levels " + ",".join(number(tank.level) for tank in self.tanks),
            "items " + ",".join(",".join(map(str, shelf.items)) for shelf in self.shelves),
        ]))

    def start(self, name, steps, stubborn):
        process = self.env.process(self.life(name, steps, stubborn))
        self.names[process] = name
        self.processes.append(process)
        return process

    def life(self, name, steps, stubborn):
        self.tell(name, "starts")
        for step in steps:
            try:
                yield from self.perform(name, [step])
            except Exception as error:
                self.tell(name, "meets " + self.error_words(error))
                if isinstance(error, Return):
                    break
                if not stubborn:
                    raise
        self.tell(name, "ends")
        return "value of " + name

    def perform(self, name, steps):
        for step in steps:
            do = step["do"]
            if do == "wait":
                yield self.env.timeout(step["delay"])
                self.tell(name, "gets undefined after " + number(step["delay"]))
            elif do == "await":
                event = self.operand(step["what"])
                try:
                    value = yield event
                except simpy.Interrupt:
                    if isinstance(event, simpy.events.Condition) and not event.processed:
                        self.comparable = False
                    raise
                self.tell(name, "gets " + self.value_words(event, value))
            elif do == "spawn":
                child = self.start("%s.%d" % (name, len(self.processes)), step["body"], False)
                if step["join"]:
                    value = yield child
                    self.tell(name, "joins " + str(value))
            elif do == "use":
                yield from self.use(name, step["claim"], step["patience"], step["body"])
            elif do == "guard":
                yield from self.guard(name, step["body"], step["finally"])
            elif do == "repeat":
                for _ in range(3):
                    yield from self.perform(name, step["body"])
            elif do == "throw":
                raise Failure("error of " + name)
            elif do == "return":
                raise Return()
            else:
                self.act(name, step)

    def guard(self, name, body, final):
        try:
            yield from self.perform(name, body)
        except GeneratorExit:  # the process outlived the run
            return
        except Return:
            self.tell(name, "cleans up")
            yield from self.perform(name, final)
            raise
        except Exception as error:
            self.tell(name, "catches " + self.error_words(error))
        self.tell(name, "cleans up")
        yield from self.perform(name, final)

    def use(self, name, spec, patience, body):
        kind = spec["kind"]
        claim = self.claim(spec)
        try:
            if patience is None:
                value = yield claim
                self.tell(name, "has %s %s" % (kind, "undefined" if value is None else value))
            else:
                yield simpy.AnyOf(self.env, [claim, self.env.timeout(patience)])
                if not claim.triggered:
                    self.tell(name, "leaves " + kind)
                    return
                self.tell(name, "has %s in time" % kind)
            yield from self.perform(name, body)
            self.tell(name, "gives back " + kind)
        finally:
            if not claim.triggered:
                claim.cancel()
            elif kind == "request" and claim in claim.resource.users:
                claim.resource.release(claim)

    def claim(self, spec):
        kind, which = spec["kind"], spec["which"]
        if kind == "request":
            resource = self.resources[which % len(self.resources)]
            prioritised = isinstance(resource, simpy.PriorityResource)
            claim = resource.request(priority=spec["priority"]) if prioritised else resource.request()
        elif kind in ("put", "get"):
            claim = getattr(self.tanks[which % len(self.tanks)], kind)(spec["amount"])
        elif kind == "store":
            claim = self.shelves[which % len(self.shelves)].put(spec["item"])
        else:
            claim = self.shelves[which % len(self.shelves)].get()
        self.claims.append(claim)
        return claim

    def operand(self, operand):
        kind = operand["kind"]
        if kind == "timeout":
            return self.env.timeout(operand["delay"], "time")
        if kind == "event":
            return self.events[operand["which"] % EVENTS]
        if kind == "process":
            return self.processes[operand["which"] % len(self.processes)]
        parts = [self.operand(part) for part in operand["of"]]
        return simpy.AnyOf(self.env, parts) if kind == "anyOf" else simpy.AllOf(self.env, parts)

    def act(self, name, action):
        try:
            self.tell(name, self.do(name, action["do"], action["which"]))
        except RuntimeError:
            self.tell(name, "cannot " + action["do"])

    def do(self, name, do, which):
        if do == "interrupt":
            victim = self.processes[which % len(self.processes)]
            victim.interrupt("word of " + name)
            return "interrupts " + self.names[victim]
        event = self.events[which % EVENTS]
        if do == "succeed":
            event.succeed("event of " + name)
            return "triggers %d" % (which % EVENTS)
        event.fail(Failure("failure of " + name))
        return "fails %d" % (which % EVENTS)

    def value_words(self, awaited, value):
        if not isinstance(awaited, simpy.events.Condition):
            return "undefined" if value is None else str(value)
        kind = "anyOf" if isinstance(awaited, simpy.AnyOf) else "allOf"
        happened = [event for event in parts(awaited) if event.triggered and event.ok]
        everything = self.events + self.processes + self.claims
        return "%s %s true" % (kind, "".join("+" if event in happened else "-" for event in everything))

    def error_words(self, error):
        if isinstance(error, Return):
            return "Return"
        if not isinstance(error, simpy.Interrupt):
            return str(error)
        if isinstance(error.cause, Preempted):
            return "Preemption by %s, since %s" % (self.names[error.cause.by], number(error.cause.usage_since))
        return "Interrupt by " + str(error.cause)


for line in sys.stdin:
    run = Run(json.loads(line))
    print(json.dumps({"trail": run.trail, "comparable": run.comparable}))
