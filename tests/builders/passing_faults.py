"""Faults of a server on this machine that pass."""


def failing(times, fail):
    """A fault of the first so many requests: `fail(handler)` answers them, and what comes after has its answer."""
    left = [times]

    def fault(handler, _body):
        left[0] -= 1
        if left[0] < 0:
            return False
        fail(handler)
        return True

    return fault
