"""Cards and reports of a run: they read the files of a run folder and state only what was run."""
