"""ROUGE-L: how many words two sentences share, in order."""
