"""SimPy's side of hold.ts."""

import simpy
from contender import clock, increments, params, report

env = simpy.Environment()
draw = increments(params["law"])
warmup, events = int(params["warmup"]), int(params["events"])
warm, done = env.event(), env.event()
holds = 0


def holder(env):
    global holds
    timeout = env.timeout
    while True:
        yield timeout(draw())
        holds += 1
        if holds == warmup:
            warm.succeed()
        elif holds == warmup + events:
            done.succeed()


for _ in range(int(params["pending"])):
    env.process(holder(env))
env.run(until=warm)
start = clock()
env.run(until=done)
report(clock() - start, events, env.now, holds=holds)
