"""What the SimPy contenders share: the command line, the tables, the one line of JSON at the end."""

import array
import itertools
import json
import sys
import time

params = dict(word.split("=", 1) for word in sys.argv[1:])
clock = time.process_time if params["clock"] == "cpu" else time.perf_counter


def increments(table):
    """The next double of a table that all contenders read, at each call, round and round."""
    values = array.array("d")
    with open(f"{params['tables']}/{table}.f64", "rb") as file:
        values.frombytes(file.read())
    return itertools.cycle(values.tolist()).__next__


def report(amount, units, clock, **counts):
    print(json.dumps({"amount": amount, "units": units, "clock": clock, "counts": counts}))
