"""What tests let workers do: a module of its own, since a worker must be able to import it by name."""

import os
import re
import resource
import sys
import time


def echo(value):
    return value


def loaded():
    return sorted(sys.modules)


def sleep(seconds):
    time.sleep(seconds)
    return "slept"


def hang_in_python():
    while True:
        time.sleep(0.01)


def hang_in_c():
    re.match(r"(a+)+$", "a" * 64 + "b")


def fill_memory():
    return len([bytes(1_000_000) for _ in range(100_000)])


def abort():
    os.abort()


def vanish():
    os._exit(3)


def fail():
    raise KeyError("where")


def pid():
    return os.getpid()


def open_many():
    opened = []
    try:
        while len(opened) < 1_000:
            opened.append(open(os.devnull, "rb"))  # noqa: SIM115
    except OSError:
        return len(opened)
    return len(opened)


def dump_limits():
    return resource.getrlimit(resource.RLIMIT_CORE)


def own_size():
    with open("/proc/self/statm") as statm:
        return sorted(sys.modules), int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def act(what, value):
    """One of the others by its name, or the value back."""
    return value if what == "echo" else globals()[what]()
