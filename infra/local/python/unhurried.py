"""MiniStack without two fixed waits on the way of every invocation, which cost 50 ms each time.

One is Nagle's algorithm between its runtime API and a function (40 ms against the delayed acknowledgement), the other
a fixed time in which it drains a function's log. Both settings are private to MiniStack: its version is pinned, and
this refuses to start when they have moved, so that nobody wonders why the stories became slow.
"""

import socketserver

LOG_DRAIN_SECONDS = (0.002, 0.001, 0.250)


def run():
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True
    from ministack.core import lambda_runtime

    found = False
    for worker in (lambda_runtime.Worker, lambda_runtime.ProvidedWorker):
        drain = worker.__dict__.get("_drain_stderr_bounded")
        if drain:
            if len(drain.__defaults__ or ()) != len(LOG_DRAIN_SECONDS):
                raise SystemExit("this MiniStack drains logs in another way: look at unhurried.py")
            drain.__defaults__ = LOG_DRAIN_SECONDS
            found = True
    if not found:
        raise SystemExit("this MiniStack has no log drain: look at unhurried.py")
    import permitted

    permitted.correct()
    from ministack.app import main

    return main()
