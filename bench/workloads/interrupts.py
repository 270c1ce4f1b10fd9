"""SimPy's side of interrupts.ts."""

import simpy
from contender import clock, increments, params, report

draw = increments("exponential")
sleepers, interrupts = int(params["sleepers"]), int(params["interrupts"])
woken, overslept = 0, 0


def sleeper(env):
    global woken, overslept
    while True:
        try:
            yield env.timeout(sleepers * (1.5 + draw()))
            overslept += 1
        except simpy.Interrupt:
            woken += 1
            if woken == interrupts:
                done.succeed()


def alarm(env, victims):
    while True:
        for victim in victims:
            yield env.timeout(draw())
            victim.interrupt("wake up")


start = clock()
env = simpy.Environment()
done = env.event()
victims = [env.process(sleeper(env)) for _ in range(sleepers)]
env.process(alarm(env, victims))
env.run(until=done)
report(clock() - start, interrupts, env.now, woken=woken, overslept=overslept)
