"""What the Hub would refuse, and what must never leave this machine, found before any network call.

Each check returns one line a problem, and none for what is fine. `release.release_problems` asks all of them.
"""
