"""MSTTR: how many different words a text has, whatever its length."""
