"""TED: how far apart the syntax of two sentences is."""
