"""Metrics of a paraphrase, each an `evaluate` module over a plain sibling module that the rest of the code imports."""
