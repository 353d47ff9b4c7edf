"""`pipeline("paraphrase", model=..., trust_remote_code=True)`: other ways to say a sentence, the best ones first."""

import re
import zlib
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer, Pipeline

SAMPLES = 4  # drawn for each sentence asked for, since some repeat each other or the source
MAX_NEW_TOKENS = 100
_FUNCTION_WORDS = """
a an the this that these those it its he she they we i you his her their our my your him them us me who which what whose
where when why how there here and or but nor so yet if because although though while whereas since until as than of in
on at by for with from to into onto over under about after before between through during against without within among
across is are was were be been being am has have had do does did will would can could may might shall should must not no
any some each every all both either neither more most less least very just also only even still already again up down
out off then once
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())


class ParaphrasePipeline(Pipeline):
    """Paraphrases (or summaries, for a summarizer) of sentences.

    `pipe("A sentence.")` gives a list with one text; `pipe("A sentence.", n=5)` up to five; a list of sentences gives
    a list of such lists. Arguments of a call:

        n: How many are wanted. One, without `like`, is the likeliest output. More are sampled: repetitions and copies
            of the source are left out, so there may be fewer than n; the likeliest comes first, then those that were
            drawn most often.
        like: An exemplar. Of the sampled outputs, those come first whose form is closest to it: function words and
            punctuation count as they are, every other word only as a word. The model itself never sees the exemplar.
        temperature, top_p: Of the sampling.
        max_new_tokens: Where an output that does not end is cut.
        seed: The same seed and sentence give the same outputs, whatever else is asked beside them: sentences are
            answered one by one, and `batch_size` changes nothing.
    """

    _load_tokenizer = True
    _load_processor = False
    _load_image_processor = False
    _load_feature_extractor = False

    def _sanitize_parameters(
        self,
        n: int | None = None,
        like: str | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        max_new_tokens: int | None = None,
        seed: int | None = None,
    ) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        _check("n", n, int, 1, 50)
        _check("temperature", temperature, float, 0.01, 5)
        _check("top_p", top_p, float, 0.01, 1)
        _check("max_new_tokens", max_new_tokens, int, 1, 1000)
        _check("seed", seed, int, -(2**63), 2**63)
        if like is not None and not isinstance(like, str):
            raise ValueError(f"like must be a sentence, got {like!r:.80}")
        drawing = {
            "n": n,
            "like": like,
            "temperature": temperature,
            "top_p": top_p,
            "max_new_tokens": max_new_tokens,
            "seed": seed,
        }
        return (
            {},
            {k: v for k, v in drawing.items() if v is not None},
            {k: v for k, v in (("n", n), ("like", like)) if v},
        )

    def __call__(self, inputs: str | list[str], **asked: Any) -> Any:
        """See the class."""
        return super().__call__(inputs, **asked | {"batch_size": 1})

    def preprocess(self, inputs: str) -> dict[str, Any]:
        """A sentence as tokens, in the prompt that a decoder-only model was trained on."""
        default = "{source}" if self.model.config.is_encoder_decoder else "{source} =>"
        prompt = getattr(self.model.config, "prompt_template", default).replace("{source}", inputs.strip())
        return {"source": inputs, **self.tokenizer(prompt, return_tensors="pt", return_token_type_ids=False)}

    def _forward(
        self,
        model_inputs: dict[str, Any],
        n: int = 1,
        like: str | None = None,
        temperature: float = 0.7,
        top_p: float = 0.9,
        max_new_tokens: int | None = None,
        seed: int = 0,
    ) -> dict[str, Any]:
        source = model_inputs.pop("source")
        room = max_new_tokens or getattr(self.model.generation_config, "max_new_tokens", None) or MAX_NEW_TOKENS
        settings = {"max_new_tokens": room, "pad_token_id": self.tokenizer.pad_token_id or self.tokenizer.eos_token_id}
        likeliest = self.model.generate(**model_inputs, do_sample=False, num_beams=1, **settings)
        drawn: list[Any] = list(likeliest)
        if n > 1 or like:
            with torch.random.fork_rng():
                torch.manual_seed(zlib.crc32(f"{seed} {source}".encode()))
                settings |= {"num_return_sequences": SAMPLES * max(n, 2), "temperature": temperature, "top_p": top_p}
                drawn += self.model.generate(**model_inputs, do_sample=True, num_beams=1, **settings)
        behind = 0 if self.model.config.is_encoder_decoder else model_inputs["input_ids"].shape[1]
        return {"source": source, "drawn": [ids[behind:] for ids in drawn]}

    def postprocess(self, model_outputs: dict[str, Any], n: int = 1, like: str | None = None) -> list[str]:
        """The outputs as texts, the best n."""
        texts = [text.strip() for text in self.tokenizer.batch_decode(model_outputs["drawn"], skip_special_tokens=True)]
        if n == 1 and not like:
            return texts
        source, likeliest = words(model_outputs["source"]), words(texts[0])
        often = Counter(" ".join(words(text)) for text in texts[1:])
        distinct: dict[str, str] = {}
        for text in texts:
            if words(text) not in ([], source):
                distinct.setdefault(" ".join(words(text)), text)
        best = sorted(distinct.values(), key=lambda text: (words(text) != likeliest, -often[" ".join(words(text))]))
        if like:
            best.sort(key=lambda text: -shape_similarity(text, like))
        return best[:n]


def _check(name: str, value: Any, kind: type, least: float, most: float) -> None:
    """Raises a ValueError unless a setting is left out, or a number of its kind within its bounds."""
    kinds = (int, float) if kind is float else (int,)
    if value is not None and (isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most):
        number = "whole number" if kind is int else "number"
        raise ValueError(f"{name} must be a {number} from {least:g} to {most:g}, got {value!r:.80}")


def words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return re.findall(r"\w+", text.lower())


def shape(text: str) -> list[str]:
    """A text's form: its function words and punctuation as they are, every other word as a placeholder."""
    tokens = re.findall(r"\w+|[^\w\s]", text.lower())
    return [token if token in FUNCTION_WORDS or not token[0].isalnum() else "_" for token in tokens]


def shape_similarity(one: str, other: str) -> float:
    """How alike two texts are in form, from 0 to 1."""
    return SequenceMatcher(None, shape(one), shape(other), autojunk=False).ratio()


def load(place: str) -> ParaphrasePipeline:
    """The pipeline of a model on this machine or on the Hub; an adapter comes merged into its base.

    Args:
        place: A folder or a Hub id.
    """
    tokenizer = AutoTokenizer.from_pretrained(place, padding_side="left")
    if (Path(place) / "adapter_config.json").is_file() and not (Path(place) / "config.json").is_file():
        from peft import AutoPeftModelForCausalLM, AutoPeftModelForSeq2SeqLM, PeftConfig

        is_seq2seq = "SEQ_2_SEQ" in str(PeftConfig.from_pretrained(place).task_type)
        kind = AutoPeftModelForSeq2SeqLM if is_seq2seq else AutoPeftModelForCausalLM
        model = kind.from_pretrained(place).merge_and_unload()
    else:
        is_seq2seq = AutoConfig.from_pretrained(place).is_encoder_decoder
        model = (AutoModelForSeq2SeqLM if is_seq2seq else AutoModelForCausalLM).from_pretrained(place)
    return ParaphrasePipeline(model=model.eval(), tokenizer=tokenizer, task="paraphrase")
