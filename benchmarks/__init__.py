"""Measurements of this project; each file says which command makes its figures."""
