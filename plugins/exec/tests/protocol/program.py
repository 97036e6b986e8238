"""A program for the tests. Its first argument selects the behavior, which is mostly faulty."""

import json
import os
import signal
import socket
import sys
import time

hello = json.loads(sys.stdin.readline())


def say(**line):
    print(json.dumps(line), flush=True)


def ready():
    say(ready=1, model="m")


def questions():
    for line in sys.stdin:
        yield json.loads(line)


def forever():
    while True:
        time.sleep(60)


part = sys.argv[1]
if part == "hello":
    ready()
    say(row={"hello": hello, "variable": os.environ.get("TEST_VARIABLE"), "folder": os.getcwd()})
    say(done=True)
elif part == "refuses":
    say(error={"kind": "config", "message": "no such table", "config_key": "options.table", "hint": "look again"})
elif part == "answers":
    ready()
    for question in questions():
        text = "%d: %s" % (os.getpid(), question["complete"])
        say(id=question["id"], text=text)
elif part == "refuses_some":
    ready()
    for question in questions():
        error = {"kind": "blocked", "message": "not this one", "retry_after_ms": 7}
        say(id=question["id"], **({"error": error} if question["complete"] == "bad" else {"answer": [1.50]}))
elif part == "crashes_on_some":
    ready()
    for question in questions():
        if question["complete"] == "bad":
            os.kill(os.getpid(), signal.SIGSEGV)
        say(id=question["id"], text="fine")
elif part == "hangs_on_some":
    ready()
    for question in questions():
        if question["complete"] == "bad":
            # The connection shows the test that the question arrived, and its end that this process is gone.
            held = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
            forever()
        say(id=question["id"], text="fine")
elif part == "wrong_id":
    ready()
    for question in questions():
        say(id=question["id"] + 1, text="x")
elif part == "prints":
    print("Loading the model ...", flush=True)
elif part == "array":
    print("[1]", flush=True)
elif part == "unknown":
    say(reday=1)
elif part == "two_things":
    ready()
    print(sys.argv[2], flush=True)
elif part == "new_version":
    say(ready=2)
elif part == "not_utf8":
    sys.stdout.buffer.write(b'{"row": "\xff"}\n')
    sys.stdout.flush()
elif part == "huge":
    sys.stdout.write('{"row": "' + "x" * (17 << 20) + '"}\n')
    sys.stdout.flush()
elif part == "exits":
    print("first", file=sys.stderr)
    print("second", file=sys.stderr)
    sys.exit(int(sys.argv[2]))
elif part == "silent_end":
    ready()
elif part == "raises":
    ready()
    raise ValueError("no such thing")
elif part == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
elif part == "floods":
    for number in range(20000):
        print("line %d of nothing in particular" % number, file=sys.stderr)
    ready()
    say(log="warning", message="careful")
    say(log="warn", message="really")
    say(done=True)
elif part == "hangs_at_first":
    forever()
elif part == "hangs":
    ready()
    forever()
elif part == "does_not_end":
    ready()
    say(done=True)
    forever()
elif part == "ends_badly":
    ready()
    say(done=True)
    sys.exit(74)
elif part == "changes":
    flag = sys.argv[2]
    say(ready=1, model="second" if os.path.exists(flag) else "first")
    open(flag, "w").close()
    sys.stdin.readline()
    sys.exit(1)
