"""SimPy's side of ping-pong.ts."""

import simpy
from contender import clock, increments, params, report

env = simpy.Environment()
draw = increments("exponential")
warmup, rounds = int(params["warmup"]), int(params["rounds"])
warm, done = env.event(), env.event()
returned = 0


class Player:
    def __init__(self, env):
        self.ball = env.event()


def server(env, me, other):
    global returned
    timeout, event = env.timeout, env.event
    while True:
        yield timeout(draw())
        me.ball = event()
        other.ball.succeed()
        yield me.ball
        returned += 1
        if returned == warmup:
            warm.succeed()
        elif returned == warmup + rounds:
            done.succeed()


def returner(env, me, other):
    timeout, event = env.timeout, env.event
    while True:
        yield me.ball
        yield timeout(draw())
        me.ball = event()
        other.ball.succeed()


for _ in range(0, int(params["processes"]), 2):
    left, right = Player(env), Player(env)
    env.process(server(env, left, right))
    env.process(returner(env, right, left))
env.run(until=warm)
start = clock()
env.run(until=done)
report(clock() - start, rounds * 4, env.now, returned=returned)
