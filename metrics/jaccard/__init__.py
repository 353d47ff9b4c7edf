"""Jaccard: how many of their words two sentences share, whatever the order."""
