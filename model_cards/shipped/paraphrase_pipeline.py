"""`pipeline("paraphrase", model=..., trust_remote_code=True)`: other ways to say a sentence, the best ones first."""

from typing import Any

from transformers import Pipeline

from .paraphraser import Paraphraser, check_sentence, read_control  # beside this file in a model's folder


class ParaphrasePipeline(Pipeline):
    """Paraphrases (or summaries, for a summarizer) of sentences.

    `pipe("A sentence.")` gives a list with one text; `pipe("A sentence.", n=5)` up to five; a list of sentences gives
    a list of such lists. The arguments of a call are those of `Paraphraser.paraphrase`.
    """

    _load_tokenizer = True
    _load_processor = False
    _load_image_processor = False
    _load_feature_extractor = False

    def __init__(self, *parts: Any, **settings: Any) -> None:
        super().__init__(*parts, **{"batch_size": 128, **settings})
        self.paraphraser = Paraphraser(self.model, self.tokenizer, read_control(self.model.name_or_path))

    def _sanitize_parameters(self, **asked: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        for name in asked:
            if name not in Paraphraser.SETTINGS:
                raise ValueError(f"{name} is unknown; the arguments are {', '.join(Paraphraser.SETTINGS)}")
        return {}, {name: value for name, value in asked.items() if value is not None}, {}

    def preprocess(self, inputs: str) -> dict[str, Any]:
        """The sentence as it is: batches are tokenised as a whole.

        Raises:
            ValueError: It is no sentence.
        """
        check_sentence(inputs)
        return {"texts": inputs}

    def _forward(self, model_inputs: dict[str, Any], **asked: Any) -> dict[str, Any]:
        return {"outputs": self.paraphraser.paraphrase(model_inputs["texts"], **asked)}

    def postprocess(self, model_outputs: dict[str, Any]) -> list[str]:
        """The outputs of one sentence."""
        return list(model_outputs["outputs"])
