"""BERT-iBLEU: closeness to the source in meaning, less closeness in words; and the BERTScore in it."""
