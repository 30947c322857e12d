"""What the comparisons with other programs share: the machine, and the history of figures."""

import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRIBE = str(ROOT / "build/release/src/cli/scribe")


def json_of(command):
    """What a program prints, as JSON; ends this one with the other's error if it fails."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr or done.stdout}")
    return json.loads(done.stdout)


# Starts a command and prints what it took. In a process of its own: a child's largest memory counts
# that of the process it was started from.
LAUNCHER = """
import json, os, sys, time
start = time.monotonic()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ,
                        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
_, status, usage = os.wait4(child, 0)
print(json.dumps({"code": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - start,
                  "processor_seconds": usage.ru_utime + usage.ru_stime,
                  "peak_mib": usage.ru_maxrss / 1024}))
"""


def cost_of(command, environment=None):
    """Seconds by the clock and of the processor, and the largest resident memory in MiB."""
    command = list(map(str, command))
    done = subprocess.run([sys.executable, "-S", "-c", LAUNCHER, *command], env=environment,
                          stdout=subprocess.PIPE, text=True, check=True)
    cost = json.loads(done.stdout)
    if cost.pop("code") != 0:
        sys.exit(f"{' '.join(command[:4])} ...: failed")
    return cost


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def load_now():
    """The load of other programs; says so on stderr where it spoils what is measured."""
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"the load is {load:.1f}: the figures will be noise", file=sys.stderr)
    return load


def record(line):
    """Prints a case and appends it, with machine, date and commit, to bench/history.jsonl."""
    print(json.dumps(line), flush=True)
    history = ROOT / "bench" / "history.jsonl"
    history.parent.mkdir(exist_ok=True)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    dated = dict(
        line,
        date=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        commit=commit,
        cpu=cpu_model(),
        cores=os.cpu_count(),
    )
    with history.open("a") as file:
        file.write(json.dumps(dated) + "\n")
