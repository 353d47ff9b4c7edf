"""N-gram entropy: how varied the wording of a set of sentences is."""
