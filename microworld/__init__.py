"""A small newswire world whose every sentence has a known meaning: grammar, oracle and tiny trained models."""
