"""`python -m benchmarks`: the parts that take most of a run's time, each beside another way to do the same work."""
