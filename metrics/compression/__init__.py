"""Compression: how short a summary is beside its source."""
