"""A student at work: other ways to say a sentence (or shorter ones), the best first.

This file ships with every student as it stands, with the siblings that it imports, and uses nothing of this project.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer, GenerationConfig
from transformers.utils import GENERATION_CONFIG_NAME, cached_file

from .batch_writing import write_batch
from .inputs import CONTROL, led
from .leading import Parser, bucket_signal, form_signal
from .length_order import Progress, in_length_order
from .prompt import positions, prompt, prompt_template, room
from .ranking import Critic, best_outputs
from .shortening import shortened

_CONFIG, _ADAPTER = "config.json", "adapter_config.json"
ROWS_PER_BATCH = 128
MAX_NEW_TOKENS = 100  # the authors' released code; of a student whose generation settings name no limit
SAMPLES = 4  # drawn for each output asked for, since some repeat each other or the source
LONGEST = 512  # tokens, the length of T5's training: of a text for a model that numbers no positions
LEAST_RANKED = 4  # outputs for whose sake samples are drawn where a critic or an exemplar ranks them
# The numbers that a call may set, with the least and the most that will do.
NUMBERS: dict[str, tuple[type, float, float]] = {
    "n": (int, 1, 50),
    "temperature": (float, 0.01, 5),
    "top_p": (float, 0.01, 1),
    "compression": (float, 0, 1),
    "abstraction": (float, 0, 1),
    "max_new_tokens": (int, 1, 1000),
    "seed": (int, -(2**63), 2**63),
}


class Paraphraser:
    """Paraphrases, or the summaries of a summarizer, by a student of either kind.

    Args:
        model: An encoder-decoder model or a causal LM.
        tokenizer: Its own.
        control: Of a led student, what its `control.json` holds.
        critic: Called as `critic(source, outputs)`, gives a score for each output, the higher the better.
        parser: From sentences to their bracketed parses, for the exemplars of a student that is led by form.

    Attributes:
        SETTINGS: The names of what a call of `paraphrase` may set, beside `progress`.
        cut: How many texts of the latest call had more tokens than the model takes, and lost their last words.

    Raises:
        ValueError: The model's configuration asks for something that cannot be.
    """

    SETTINGS = ("n", "like", "compression", "abstraction", "temperature", "top_p", "max_new_tokens", "seed")

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        control: dict[str, Any] | None = None,
        critic: Critic | None = None,
        parser: Parser | None = None,
    ) -> None:
        self.model, self.tokenizer, self.control = model, tokenizer, control
        self.critic, self.parser = critic, parser
        self.cut = 0
        self._encodes = model.config.is_encoder_decoder
        self._template = "{source}" if self._encodes else prompt_template(model.config)
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        if not self._encodes:
            tokenizer.padding_side = "left"  # every output goes on from the end of its prompt

    @property
    def reads_form(self) -> bool:
        """Whether the student is led by the form of an exemplar, and so reads it."""
        return self.control is not None and self.control.get("signal") == "tree"

    @classmethod
    def from_pretrained(cls, place: str, critic: Critic | None = None, parser: Parser | None = None) -> "Paraphraser":
        """A student from a folder or the Hub, on a GPU if there is one; an adapter comes merged into its base.

        Args:
            place: Folder or Hub id.
            critic: See the class.
            parser: See the class.

        Raises:
            OSError: It is not there, or the base of an adapter is not.
            ValueError: It is no encoder-decoder model and no causal LM.
        """
        model = _load(place).to("cuda" if torch.cuda.is_available() else "cpu").eval()
        return cls(model, AutoTokenizer.from_pretrained(place), read_control(place), critic, parser)

    def paraphrase(
        self,
        texts: str | Sequence[str],
        n: int = 1,
        like: str | Sequence[str] | None = None,
        *,
        compression: float | None = None,
        abstraction: float | None = None,
        temperature: float = 0.7,
        top_p: float = 0.9,
        max_new_tokens: int | None = None,
        seed: int = 0,
        progress: Progress | None = None,
    ) -> Any:  # by the type of `texts`; an overload would have to say all settings three times
        """The best n outputs of each text.

        One output, where neither a critic nor an exemplar ranks, is the greedy one, which may be a copy of the text.
        Else the greedy one and samples are drawn, and repetitions and copies left out (what has the same words), so
        that there may be fewer than n; those that were drawn most often come first, unless a critic ranks them.

        Args:
            texts: A sentence, or any number of them.
            n: How many outputs of each are wanted.
            like: An exemplar for all texts, or one for each. A student that is led by form reads its parse: a
                bracketed one such as `(S (NP (NN profit)) (VP (VBD rose)))`, or a sentence where there is a parser. Of
                any other student those outputs come first whose form is closest to the exemplar's, by the edit
                distance of function words and punctuation as they are and all other words as one and the same: nothing
                makes it write in that form.
            compression: For a summarizer that is led by it: the words of a summary over those of the text, as a number
                in (0, 1] that lies in one of its buckets.
            abstraction: The same of the share of a summary's words that the text has not.
            temperature: Of the samples.
            top_p: Nucleus of the samples.
            max_new_tokens: Where an output that does not end is cut; left out, where the student's settings say.
            seed: The same seed, text and settings give the same outputs, whatever else is asked beside them (in fp32
                on one machine; rounding may decide a draw).
            progress: Wraps the batches, of which it is told the number.

        Returns:
            Of a single text a list of its outputs; of several a list of such lists.

        Raises:
            ValueError: One of the arguments cannot be; the message is one line.
        """
        ratios = {"compression": compression, "abstraction": abstraction}
        asked = {"n": n, "temperature": temperature, "top_p": top_p, "seed": seed, "max_new_tokens": max_new_tokens}
        for name, value in {**asked, **ratios}.items():
            if value is not None:
                check(name, value)
        sentences = [texts] if isinstance(texts, str) else list(texts)
        for sentence in sentences:
            check_sentence(sentence)
        exemplars = _one_each(like, len(sentences))
        reads_form = like is not None and self.reads_form
        ranks = self.critic is not None or (like is not None and not reads_form)
        draws = 0 if n == 1 and not ranks else SAMPLES * (max(n, LEAST_RANKED) if ranks else n)
        buckets = bucket_signal(ratios, self.control)
        signals = [
            form_signal(exemplar, self.control or {}, self.parser) if reads_form else buckets for exemplar in exemplars
        ]
        limit = max_new_tokens or self.model.generation_config.max_new_tokens or MAX_NEW_TOKENS
        prompts, limit = self._prompts(sentences, signals, limit)
        distinct = list(dict.fromkeys(prompts))

        def work(batch: list[int]) -> list[list[str]]:
            some = [distinct[i] for i in batch]
            return write_batch(self.model, self.tokenizer, some, limit, draws, temperature, top_p, seed)

        written = in_length_order(distinct, max(1, ROWS_PER_BATCH // (1 + draws)), work, progress)
        outputs = dict(zip(distinct, written, strict=True))
        found = [outputs[each] for each in prompts]
        if draws:
            found = [
                best_outputs(sentence, own, self.critic, None if reads_form else exemplar)[:n]
                for sentence, own, exemplar in zip(sentences, found, exemplars, strict=True)
            ]
        return found[0] if isinstance(texts, str) else found

    def _prompts(self, sentences: list[str], signals: list[str | None], limit: int) -> tuple[list[str], int]:
        """What the model reads, within its positions, and how many tokens it may write."""
        if self._encodes:
            most = self._longest() - len(self.tokenizer("")["input_ids"])
            limit = min(limit, positions(self.model) - 1)
        else:  # the positions hold both
            both = room(self.model, self.tokenizer, self._template)
            limit = min(limit, both // 2)
            most = min(both - limit, self._longest())
        read = [
            sentence.strip() if signal is None else led(signal, sentence.strip())
            for sentence, signal in zip(sentences, signals, strict=True)
        ]
        fitting = shortened(self.tokenizer, read, most)
        self.cut = sum(text != whole for text, whole in zip(fitting, read, strict=True))
        return [prompt(self._template, text) for text in fitting], limit

    def _longest(self) -> int:
        """How many tokens the model may read.

        Where it numbers no positions, as T5, whose memory grows with their square, this is what T5 was trained on, or
        what a student was trained on where that is more.
        """
        if (stated := positions(self.model)) < sys.maxsize:
            return stated
        return max(LONGEST, self.model.generation_config.max_new_tokens or 0)


def check_sentence(text: Any) -> None:
    """Raises a ValueError unless it is a text that says something."""
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"a sentence must be text, got {text!r:.80}")


def check(name: str, value: Any) -> None:
    """Raises a ValueError unless a value is a number of its kind within its bounds."""
    kind, least, most = NUMBERS[name]
    if type(value) not in (int, kind) or not least <= value <= most:
        number = "whole number" if kind is int else "number"
        raise ValueError(f"{name} must be a {number} from {least:g} to {most:g}, got {value!r:.80}")


def read_control(place: str) -> dict[str, Any] | None:
    """What leads the student in a folder or on the Hub; None where nothing does.

    Raises:
        ValueError: Its `control.json` is damaged.
    """
    quiet = {"_raise_exceptions_for_missing_entries": False, "_raise_exceptions_for_connection_errors": False}
    path = cached_file(place, CONTROL, **quiet)
    if path is None:
        return None
    try:
        control = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no JSON ({error}); train the student again") from None
    if not isinstance(control, dict):
        raise ValueError(f"{path} must hold an object, got {control!r:.60}; train the student again")
    return control


def _one_each(like: str | Sequence[str] | None, texts: int) -> list[Any]:
    exemplars: list[Any] = list(like) if isinstance(like, list | tuple) else [like] * texts
    if len(exemplars) != texts:
        raise ValueError(f"like must be one exemplar, or one for each of {texts} texts, got {len(exemplars)}")
    for exemplar in exemplars:
        if like is not None and not (isinstance(exemplar, str) and exemplar.strip()):
            raise ValueError(f"like must be a sentence, got {exemplar!r:.80}")
    return exemplars


def _load(place: str) -> Any:
    if Path(place).is_dir() and not any((Path(place) / name).is_file() for name in (_CONFIG, _ADAPTER)):
        raise OSError(f"{place} holds no {_CONFIG}; name the folder of a saved student, or a Hub id")
    if cached_file(place, _CONFIG, _raise_exceptions_for_missing_entries=False) is None:
        return _load_adapter(place)
    kind = AutoModelForSeq2SeqLM if AutoConfig.from_pretrained(place).is_encoder_decoder else AutoModelForCausalLM
    return kind.from_pretrained(place)


def _load_adapter(place: str) -> Any:
    from peft import PeftConfig, PeftModel  # an optional package

    base = PeftConfig.from_pretrained(place).base_model_name_or_path
    try:
        model = _load(base)
    except (OSError, ValueError) as error:
        problem = f"'{place}' is an adapter of '{base}', which cannot be loaded: {str(error).splitlines()[0]:.200}"
        raise OSError(f"{problem}; name the base's place in its {_ADAPTER}") from error
    merged = PeftModel.from_pretrained(model, place).merge_and_unload()
    if cached_file(place, GENERATION_CONFIG_NAME, _raise_exceptions_for_missing_entries=False) is not None:
        merged.generation_config = GenerationConfig.from_pretrained(place)  # the base's is of another use
    return merged
