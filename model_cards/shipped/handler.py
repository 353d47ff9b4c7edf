"""Inference Endpoints: `{"inputs": "A sentence.", "parameters": {"n": 3}}` -> `[{"generated_text": "..."}, ...]`."""

from pathlib import Path
from typing import Any

from transformers.dynamic_module_utils import get_class_from_dynamic_module

HERE = Path(__file__).parent
LONGEST = 2000  # characters; the model knows single sentences


class EndpointHandler:
    """What an endpoint calls.

    Args:
        path: The folder of the model; by default the one that this file is in.
    """

    def __init__(self, path: str = "") -> None:
        # The file may be loaded by its path alone, and then its folder is nowhere that an import would look.
        paraphraser = get_class_from_dynamic_module("paraphraser.Paraphraser", str(HERE))
        self.paraphraser = paraphraser.from_pretrained(str(path or HERE))

    def __call__(self, data: dict[str, Any]) -> list[Any]:
        """Answers a request.

        Args:
            data: `inputs`, a sentence or a list of them, and perhaps `parameters`: `Paraphraser.SETTINGS`.

        Returns:
            A list of `{"generated_text": ...}`, the best first; of a list of sentences, a list of such lists.

        Raises:
            ValueError: What is asked for cannot be done; the endpoint answers with the message, which says what can.
        """
        if not isinstance(data, dict):
            raise ValueError(f'a request must be an object such as {{"inputs": "A sentence."}}, got {data!r:.80}')
        inputs, parameters = data.get("inputs"), data.get("parameters") or {}
        sentences: list[Any] = inputs if isinstance(inputs, list) else [inputs]
        if not sentences or not all(isinstance(text, str) and text.strip() for text in sentences):
            raise ValueError(f'"inputs" must be a sentence or a list of sentences, got {inputs!r:.80}')
        if longest := max((len(text) for text in sentences if len(text) > LONGEST), default=0):
            raise ValueError(f'"inputs" must be sentences of at most {LONGEST:,} characters, got one of {longest:,}')
        if not isinstance(parameters, dict):
            raise ValueError(f'"parameters" must be an object such as {{"n": 3}}, got {parameters!r:.80}')
        known = self.paraphraser.SETTINGS
        if unknown := [str(name) for name in parameters if name not in known]:
            raise ValueError(f'"parameters" may hold {", ".join(known)}, got {", ".join(unknown)}')
        answers = self.paraphraser.paraphrase(sentences, **parameters)
        answered = [[{"generated_text": text} for text in texts] for texts in answers]
        return answered if isinstance(inputs, list) else answered[0]
