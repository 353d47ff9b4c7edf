"""`pipeline("paraphrase", model=..., trust_remote_code=True)`: other ways to say a sentence, the best ones first."""

import re
import sys
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer, Pipeline

SAMPLES = 4  # drawn for each sentence asked for, since some repeat each other or the source
MAX_NEW_TOKENS = 100
# The numbers that a call may set, with the least and the most that will do.
NUMBERS: dict[str, tuple[type, float, float]] = {
    "n": (int, 1, 50),
    "temperature": (float, 0.01, 5),
    "top_p": (float, 0.01, 1),
    "max_new_tokens": (int, 1, 1000),
    "seed": (int, -(2**63), 2**63),
}
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

        n: How many are wanted. One, without `like`, is the greedy output, which may be a copy of the source. More are
            sampled: repetitions and copies are left out, so there may be fewer than n; the greedy one comes first,
            then those that were drawn most often.
        like: An exemplar. Of the sampled outputs, those come first whose form is closest to it, by the edit distance
            of function words and punctuation as they are and all other words as one and the same. The model never sees
            the exemplar: nothing makes it write in that form, and none of the outputs may have it.
        temperature, top_p: Of the sampling.
        max_new_tokens: Where an output that does not end is cut.
        seed: The same seed, sentence and settings give the same draws, whatever else is asked beside them, in one
            batch (`batch_size`) or not.
    """

    _load_tokenizer = True
    _load_processor = False
    _load_image_processor = False
    _load_feature_extractor = False

    def __init__(self, *parts: Any, **settings: Any) -> None:
        super().__init__(*parts, **settings)
        if self.tokenizer.pad_token_id is None:
            self.tokenizer.pad_token = self.tokenizer.eos_token
        if not self.model.config.is_encoder_decoder:
            self.tokenizer.padding_side = "left"  # in a batch, every output goes on from the end of its prompt

    def _sanitize_parameters(self, **asked: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        asked = {name: value for name, value in asked.items() if value is not None}
        for name, value in asked.items():
            if name == "like":
                if not isinstance(value, str):
                    raise ValueError(f"like must be a sentence, got {value!r:.80}")
            elif name in NUMBERS:
                _check(name, value, *NUMBERS[name])
            else:
                raise ValueError(f"{name} is unknown; the arguments are like, {', '.join(NUMBERS)}")
        return {}, asked, {name: value for name, value in asked.items() if name in ("n", "like")}

    def preprocess(self, inputs: str) -> dict[str, Any]:
        """A sentence as tokens, in the prompt that a decoder-only model was trained on.

        Raises:
            ValueError: It is no sentence, or too long for the model.
        """
        if not isinstance(inputs, str) or not inputs.strip():
            raise ValueError(f"a sentence must be text, got {inputs!r:.80}")
        config = self.model.config
        template = getattr(config, "prompt_template", "{source}" if config.is_encoder_decoder else "{source} =>")
        prompt = template.replace("{source}", inputs.strip())
        tokens = self.tokenizer(prompt, return_tensors="pt", return_token_type_ids=False)
        length = tokens["input_ids"].shape[1]
        # The positions of a decoder-only model hold the output too, which is about as long as the sentence.
        most = _positions(config) // (1 if config.is_encoder_decoder else 2)
        if length > most:
            raise ValueError(f"a sentence may have {most} tokens for this model, got {length}: {inputs!r:.80}")
        return {"source": inputs, **tokens}

    def _forward(self, model_inputs: dict[str, Any], n: int = 1, like: str = "", **sampling: Any) -> dict[str, Any]:
        sources = model_inputs.pop("source")
        limit = sampling.pop("max_new_tokens", None) or self.model.generation_config.max_new_tokens or MAX_NEW_TOKENS
        texts = [[text] for text in self._write(model_inputs, limit, do_sample=False)]
        if n > 1 or like:
            samples = SAMPLES * (max(n, 4) if like else n)
            for i, source in enumerate([sources] if isinstance(sources, str) else sources):
                # By itself, and without the padding that a batch gave it: its draws depend on no other sentence.
                here = model_inputs["attention_mask"][i].bool()
                row = {name: tensor[i : i + 1, here] for name, tensor in model_inputs.items()}
                texts[i] += self._sample(row, limit, samples, source, **sampling)
        return {"source": sources, "texts": texts[0] if isinstance(sources, str) else texts}

    def _sample(
        self,
        row: dict[str, Any],
        limit: int,
        samples: int,
        source: str,
        temperature: float = 0.7,
        top_p: float = 0.9,
        seed: int = 0,
    ) -> list[str]:
        settings = {"num_return_sequences": samples, "temperature": temperature, "top_p": top_p, "top_k": 0}
        with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
            torch.manual_seed(zlib.crc32(f"{seed} {source}".encode()))
            return self._write(row, limit, do_sample=True, **settings)

    def _write(self, inputs: dict[str, Any], limit: int, **settings: Any) -> list[str]:
        config = self.model.config
        behind = 0 if config.is_encoder_decoder else inputs["input_ids"].shape[1]
        settings |= {"max_new_tokens": min(limit, _positions(config) - behind), "num_beams": 1}
        written = self.model.generate(**inputs, pad_token_id=self.tokenizer.pad_token_id, **settings)
        texts = self.tokenizer.batch_decode(written[:, behind:], skip_special_tokens=True)
        return [text.strip() for text in texts]

    def postprocess(self, model_outputs: dict[str, Any], n: int = 1, like: str = "") -> list[str]:
        """The best n of the outputs."""
        texts = model_outputs["texts"]
        if n == 1 and not like:
            return list(texts)
        source, greedy = words(model_outputs["source"]), words(texts[0])
        often = Counter(tuple(words(text)) for text in texts[1:])
        distinct: dict[tuple[str, ...], str] = {}
        for text in texts:
            if words(text) not in ([], source):
                distinct.setdefault(tuple(words(text)), text)
        best = sorted(distinct.values(), key=lambda text: (words(text) != greedy, -often[tuple(words(text))]))
        if like:
            best.sort(key=lambda text: -shape_similarity(text, like))
        return best[:n]


def _check(name: str, value: Any, kind: type, least: float, most: float) -> None:
    """Raises a ValueError unless a value is a number of its kind within its bounds."""
    if type(value) not in (int, kind) or not least <= value <= most:
        number = "whole number" if kind is int else "number"
        raise ValueError(f"{name} must be a {number} from {least:g} to {most:g}, got {value!r:.80}")


def words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return re.findall(r"\w+", text.lower())


def shape(text: str) -> list[str]:
    """A text's form: its function words, endings such as 's and punctuation as they are, any other word as "_"."""
    tokens = re.findall(r"['\u2019]\w+|\w+|[^\w\s]", text.lower())
    return [token if token in FUNCTION_WORDS or not token[0].isalnum() else "_" for token in tokens]


def shape_similarity(one: str, other: str) -> float:
    """How alike two texts are in form: 1 less the edit distance of their shapes over the length of the longer one."""
    first, second = shape(one), shape(other)
    return 1 - edit_distance(first, second) / max(len(first), len(second), 1)


def edit_distance(one: Sequence[str], other: Sequence[str]) -> int:
    """The fewest insertions, deletions and replacements that make one sequence the other."""
    row = list(range(len(other) + 1))
    for i, token in enumerate(one, start=1):
        above, row = row, [i]
        for j, there in enumerate(other, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (token != there)))
    return row[-1]


def load(place: str) -> ParaphrasePipeline:
    """The pipeline of a model on this machine or on the Hub; an adapter comes merged into its base.

    Args:
        place: A folder or a Hub id; of an adapter, a folder.
    """
    tokenizer = AutoTokenizer.from_pretrained(place)
    if (Path(place) / "adapter_config.json").is_file() and not (Path(place) / "config.json").is_file():
        from peft import AutoPeftModelForCausalLM, AutoPeftModelForSeq2SeqLM, PeftConfig

        is_seq2seq = "SEQ_2_SEQ" in str(PeftConfig.from_pretrained(place).task_type)
        kind = AutoPeftModelForSeq2SeqLM if is_seq2seq else AutoPeftModelForCausalLM
        model = kind.from_pretrained(place).merge_and_unload()
    else:
        is_seq2seq = AutoConfig.from_pretrained(place).is_encoder_decoder
        model = (AutoModelForSeq2SeqLM if is_seq2seq else AutoModelForCausalLM).from_pretrained(place)
    return ParaphrasePipeline(model=model.eval(), tokenizer=tokenizer, task="paraphrase")


def _positions(config: Any) -> int:
    """How many tokens a model can look at; past counting where only its memory is the limit (T5)."""
    names = ("max_position_embeddings", "max_seq_len")  # the second is MPT's
    return next((limit for name in names if (limit := getattr(config, name, None))), sys.maxsize)
