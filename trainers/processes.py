"""Training in several processes, one for each device."""

import os


def process_count() -> int:
    """How many processes make the training that this one belongs to, as torch's launchers say it."""
    return int(os.environ.get("WORLD_SIZE", "1"))
