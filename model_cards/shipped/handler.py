"""Inference Endpoints: `{"inputs": "A sentence.", "parameters": {"n": 3}}` -> `[{"generated_text": "..."}, ...]`."""

import importlib.util
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PARAMETERS = ("n", "like", "temperature", "top_p", "max_new_tokens", "seed")
LONGEST = 2000  # characters; the model knows single sentences


class EndpointHandler:
    """What an endpoint calls.

    Args:
        path: The folder of the model; by default the one that this file is in.
    """

    def __init__(self, path: str = "") -> None:
        # The file may be loaded by its path alone, and then its folder is nowhere that an import would look.
        spec = importlib.util.spec_from_file_location("paraphrase_pipeline", HERE / "paraphrase_pipeline.py")
        assert spec is not None and spec.loader is not None  # noqa: PT018
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.pipeline = module.load(str(path or HERE))

    def __call__(self, data: dict[str, Any]) -> list[Any]:
        """Answers a request.

        Args:
            data: `inputs`, a sentence or a list of them, and perhaps `parameters`, the arguments of the pipeline.

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
        if unknown := [str(name) for name in parameters if name not in PARAMETERS]:
            raise ValueError(f'"parameters" may hold {", ".join(PARAMETERS)}, got {", ".join(unknown)}')
        answers = self.pipeline(sentences, **parameters)
        answered = [[{"generated_text": text} for text in texts] for texts in answers]
        return answered if isinstance(inputs, list) else answered[0]
