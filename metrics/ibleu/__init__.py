"""iBLEU: closeness to a reference, less closeness to the source."""
