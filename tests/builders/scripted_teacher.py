"""A teacher that writes what a test says, and keeps what it was asked."""

from builders.teachers.base import Continued


class ScriptedTeacher:
    """Writes `write(prompt)` behind each prompt, for each text that the decoding wants anew; fits `room` words."""

    def __init__(self, write, name="scripted", room=None):
        self._write, self._name, self._room = write, name, room
        self.asked = []

    def check(self):
        pass

    def identity(self):
        return {"name": self._name}

    def counts(self):
        return {}

    def go_on(self, prompts, decoding, is_done):
        self.asked.append((prompts, decoding))
        return [
            Continued(fitted, [self._write(prompt) for _ in range(decoding.num_return)] if fitted else [])
            for prompt in prompts
            for fitted in [self._fitted(prompt.text)]
        ]

    def _fitted(self, text):
        """The end of a text that has more words than there is room for, as long as it begins a sentence."""
        words = text.split()
        if self._room is None or len(words) <= self._room:
            return text or "nothing"
        starts = [number for number, word in enumerate(words[:-1], start=1) if word.endswith(".")]
        return next((" ".join(words[start:]) for start in starts if len(words) - start <= self._room), "")
