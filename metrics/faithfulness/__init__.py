"""Faithfulness: how often source and output entail one another."""
