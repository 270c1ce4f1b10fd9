"""xxhsum's side of pages.ts: its hash of the same file, without what it needs to start."""

import os
import subprocess
import time

from contender import params, report


def seconds(path):
    start = time.perf_counter()
    child = subprocess.Popen(["xxhsum", "-H3", "-q", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    elapsed = time.perf_counter() - start
    if status != 0:
        raise SystemExit(f"xxhsum cannot hash {path}: status {status}")
    return usage.ru_utime + usage.ru_stime if params["clock"] == "cpu" else elapsed


file = f"{params['tables']}/linux-memory"
size = os.path.getsize(file)
start_up = min(seconds(os.devnull) for _ in range(5))
report(seconds(file) - start_up, size // 4096, 0, bytes=size)
