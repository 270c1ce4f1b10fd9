"""SimPy's side of machine-shop.ts."""

import simpy
from contender import clock, increments, params, report

part_time = increments("triangular")
life_time = increments("exponential")
target = int(params["parts"])
REPAIR_TIME = 30.0
JOB_TIME = 30.0
parts = repairs = jobs = dropped = 0


class Machine:
    def __init__(self, env, repairman):
        self.broken = False
        self.work = env.process(self.make(env, repairman))
        env.process(self.wear(env))

    def make(self, env, repairman):
        global parts, repairs
        while True:
            left = 10 * part_time()
            while left > 0:
                started = env.now
                try:
                    yield env.timeout(left)
                    left = 0
                except simpy.Interrupt:
                    left -= env.now - started
                    self.broken = True
                    with repairman.request(priority=1) as turn:
                        yield turn
                        yield env.timeout(REPAIR_TIME)
                    self.broken = False
                    repairs += 1
            parts += 1
            if parts == target:
                done.succeed()

    def wear(self, env):
        while True:
            yield env.timeout(300 * life_time())
            if not self.broken:
                self.work.interrupt()


def other_jobs(env, repairman):
    global jobs, dropped
    while True:
        left = JOB_TIME
        while left > 0:
            with repairman.request(priority=2) as turn:
                yield turn
                started = env.now
                try:
                    yield env.timeout(left)
                    left = 0
                except simpy.Interrupt:
                    left -= env.now - started
                    dropped += 1
        jobs += 1


start = clock()
env = simpy.Environment()
done = env.event()
repairman = simpy.PreemptiveResource(env, capacity=1)
for _ in range(int(params["machines"])):
    Machine(env, repairman)
env.process(other_jobs(env, repairman))
env.run(until=done)
report(clock() - start, parts, env.now, parts=parts, repairs=repairs, jobs=jobs, dropped=dropped)
