"""Novelty: how much of an output its source does not have, and how often the output is the source."""
