"""SimPy's side of queue.ts."""

import simpy
from contender import clock, increments, params, report

draw = increments("exponential")
servers, customers = int(params["servers"]), int(params["customers"])
served, waited = 0, 0.0


def customer(env, counter):
    global served, waited
    arrived = env.now
    with counter.request() as turn:
        yield turn
        waited += env.now - arrived
        yield env.timeout(0.8 * servers * draw())
        served += 1


def source(env, counter):
    for _ in range(customers):
        yield env.timeout(draw())
        env.process(customer(env, counter))


start = clock()
env = simpy.Environment()
counter = simpy.Resource(env, capacity=servers)
env.process(source(env, counter))
env.run()
report(clock() - start, customers, env.now, served=served, waited=waited)
