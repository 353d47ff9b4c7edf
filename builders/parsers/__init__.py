"""Constituency parsers behind one function, `load_parser`; a recipe names one as `parser`."""
