"""Self-BLEU: how much of the source a paraphrase copies."""
