"""Releases: a run's dataset, model, Space or metric as one commit on the Hub."""
