"""Writes the tables of docs/recipes.md from the code: `python docs/recipe_settings.py`.

Names, types and defaults are those of the recipe's dataclasses, the explanation is the `Args:` line of the docstring,
and the source is the comment behind the default. A default without such a comment is explained in `WHY`. A test fails
when the page does not match the code or a default has no source.
"""

import ast
import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from builders.critics.settings import _CONFIGS as CRITICS  # the one list of critics; the page must not have another
from builders.deduplication import DeduplicationConfig
from builders.domain import DomainConfig, SentencesConfig
from builders.sampling_config import CorpusConfig, SamplingConfig, ServerConfig
from scripts.ablation_config import AblationConfig
from scripts.recipe import Recipe, StudentConfig
from trainers.control_config import ControlConfig
from trainers.evaluation_config import EvaluationConfig
from trainers.finetuning_config import FineTuningConfig, LoraSettings
from trainers.preference_config import PreferenceConfig
from trainers.self_distillation_config import SelfDistillationConfig

PAGE = Path(__file__).parent / "recipes.md"
BEGIN, END = "<!-- settings: begin -->", "<!-- settings: end -->"
SECTIONS: dict[str, type] = {
    "": Recipe,
    "sampling": SamplingConfig,
    "sampling.server": ServerConfig,
    "sampling.corpus": CorpusConfig,
    "sampling.domain, or a file": DomainConfig,
    "sampling.domain.sentences": SentencesConfig,
    **{f"critics: {name}": config for name, config in CRITICS.items()},
    "deduplication": DeduplicationConfig,
    "student": StudentConfig,
    "student.training and student.self_training and preference.training": FineTuningConfig,
    "student.training.lora and student.self_training.lora and preference.training.lora": LoraSettings,
    "self_distillation": SelfDistillationConfig,
    "preference": PreferenceConfig,
    "control": ControlConfig,
    "evaluation": EvaluationConfig,
    "ablation": AblationConfig,
}
WHY = {
    "Recipe.task": "the method's main task",
    "Recipe.seed": "any number serves",
    "Recipe.workers": "works everywhere; a machine with more cores wants more",
    "Recipe.deduplication": "the paper has no such filter",
    "Recipe.self_distillation": "a run may end with round 0",
    "Recipe.preference": "the paper has no such training",
    "Recipe.control": "the paper's led student is a model beside its own",
    "Recipe.controls": "each trains one more student",
    "Recipe.evaluation": "not every domain has test rows",
    "Recipe.ablation": "a run of the whole method alone",
    "Recipe.rows_per_file": "a round number",
    "Recipe.license": "this project's own",
    "Recipe.licenses": "most models have a card that says it",
    "Recipe.language": "the paper's data are English",
    "Recipe.notes": "nothing to explain where nothing departs from the paper",
    "SamplingConfig.server": "a model in this process needs nothing else",
    "SamplingConfig.corpus": "paper, Section 3.1: from the teacher itself, or from a human corpus",
    "ServerConfig.api_key_variable": "a server of your own asks for none",
    "ServerConfig.concurrency": "servers batch what comes together",
    "ServerConfig.timeout_seconds": "k texts of 100 tokens take a busy server a minute",
    "ServerConfig.attempts": "with growing pauses, a minute without the server is survived",
    "CorpusConfig.column": "a file of contexts needs none",
    "CorpusConfig.config": "most datasets have one",
    "CorpusConfig.split": "contexts are training data",
    "DomainConfig.prefixes": "paper A.1: none for the biomedical domain",
    "DomainConfig.values": "only templates need them",
    "DomainConfig.banned": "the paper bans nothing; the bundled domains have the released code's",
    "SamplingConfig.contexts_per_shard": "a killed run loses at most one shard a worker",
    "SamplingConfig.contexts_per_batch": "for small models; at k = 100 gpt2-xl takes 15 GB a context and wants 1",
    "SamplingConfig.bf16": "the same samples on every machine of one kind, and not every device has it",
    "SemanticEquivalenceConfig.direction": "paper, Section 3.2; Appendix C has `forward`",
    "RestatementConfig.max_entailment": "more likely than not",
    "RestatementConfig.model": "one NLI model serves both ways",
    "DiversityConfig.model": "the paper names one NLI model for both filters",
    "LoraSettings.rank": "common practice; not tuned here",
    "LoraSettings.alpha": "twice the rank; not tuned here",
    "LoraSettings.dropout": "pairs are many and seen few times",
    "FineTuningConfig.max_steps": "`epochs` decides",
    "FineTuningConfig.gradient_accumulation_steps": "the batch is taken to fit into memory",
    "FineTuningConfig.lora": "the paper trains every weight",
    "StudentConfig.processes": "one device is there everywhere",
    "StudentConfig.release": "an adapter is small, and its base is there already",
    "FineTuningConfig.metric": "costs nothing; the others write to every validation source",
    "FineTuningConfig.patience": "`epochs` decides",
    "FineTuningConfig.keep": "the paper chooses no step by validation",
    "FineTuningConfig.checkpoints": "a training of minutes starts again",
    "FineTuningConfig.precision": "not every device has more, and results are the same on all of one kind",
    "FineTuningConfig.activation_checkpointing": "small students have the memory",
    "FineTuningConfig.packing": "batches hold pairs of like length, so that there is little padding to save",
    "FineTuningConfig.both_directions": "paper, Section 3.1: candidates are ordered pairs",
    "FineTuningConfig.validation_pairs": "enough for a loss curve",
    "FineTuningConfig.evaluations": "enough for a loss curve",
    "FineTuningConfig.max_length": "longer than most sentences",
    "EvaluationConfig.n": "a share of 2,000 has a standard error of about 0.01 at most",
    "EvaluationConfig.seed": "any number serves, so long as runs share it",
    "EvaluationConfig.split": "figures come from test; settings are chosen on `development`",
    "EvaluationConfig.benchmark": "set this or `data`",
    "EvaluationConfig.data": "set this or `benchmark`",
    "EvaluationConfig.columns": "files of ours have the names that are looked for",
    "EvaluationConfig.config": "most datasets have one alone",
    "EvaluationConfig.encoder": "one of real text must be fetched first",
    "EvaluationConfig.nli": "one of real text must be fetched; the critic of the pairs judges its own pupil",
    "EvaluationConfig.baselines": "each takes the time of one more student, and neither depends on the seed",
    "EvaluationConfig.oracle": "no oracle is known for real text",
    "AblationConfig.seeds": "three are the least that give a spread",
    "AblationConfig.variants": "the paper's Table 6 has none",
    "EvaluationConfig.parser": "a parser of real text is an extra, see above",
}
NOT_IN_THE_PAPER = "common practice; the paper states no hyperparameters"
UNSTATED = ("learning_rate", "epochs", "batch_size", "warmup_ratio", "schedule", "weight_decay", "label_smoothing")
WHY |= {f"FineTuningConfig.{name}": NOT_IN_THE_PAPER for name in UNSTATED}


class Setting(NamedTuple):
    """One row of a table."""

    name: str
    kind: str
    default: str
    meaning: str
    source: str


def settings(config: type) -> Iterator[Setting]:
    """The settings of a section, in the order of the dataclass.

    Raises:
        KeyError: A default has neither a comment nor a line in `WHY`.
    """
    hints, meanings, comments = typing.get_type_hints(config), _arguments(config), _comments(config)
    for field in dataclasses.fields(config):
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        named = f"{config.__name__}.{field.name}"
        source = "" if required or _is_section(hints[field.name]) else comments.get(field.name) or WHY[named]
        default = "required" if required else _default(field)
        yield Setting(field.name, _kind(hints[field.name]), default, meanings[field.name], source)


def tables() -> str:
    """Every section as a Markdown table."""
    parts = []
    for title, config in SECTIONS.items():
        rows = [
            f"| `{s.name}` | {s.kind} | {s.default} | {s.meaning} | {s.source} |"
            for s in map(_escaped, settings(config))
        ]
        head = ["| Setting | Type | Default | Meaning | Source of the default |", "|---|---|---|---|---|"]
        heading = "### The recipe itself" if not title else f"### {_title(title)}"
        parts.append("\n".join([heading, "", *head, *rows]))
    return "\n\n".join(parts)


def page(text: str) -> str:
    """The page with its tables renewed; what stands outside the two markers is written by hand."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


def _title(section: str) -> str:
    return " and ".join(f"`{part}`" for part in section.split(" and "))


def _escaped(setting: Setting) -> Setting:
    return Setting(*(text.replace("|", "\\|") for text in setting))


def _arguments(config: type) -> dict[str, str]:
    """The `Args:` of a docstring; a class of one field may say it all in its first line."""
    text = inspect.getdoc(config) or ""
    _, found, block = text.partition("Args:\n")
    names = [field.name for field in dataclasses.fields(config)]
    if not found:
        [name] = names
        return {name: text.splitlines()[0]}
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", block, flags=re.MULTILINE)
    return {name: " ".join(meaning.split()) for name, meaning in entries}


def _comments(config: type) -> dict[str, str]:
    """Setting -> the comment behind its default."""
    source = inspect.getsource(config)
    lines = source.splitlines()
    body = ast.parse(source).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for node in body.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            _, hash_sign, comment = lines[(node.end_lineno or node.lineno) - 1].partition("  # ")
            if hash_sign:
                found[node.target.id] = comment.strip()
    return found


def _is_section(kind: Any) -> bool:
    return kind in SECTIONS.values()


def _kind(kind: Any) -> str:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return ", or ".join("none" if option is type(None) else _kind(option) for option in arguments)
    if origin is Literal:
        return "one of " + ", ".join(f"`{option}`" for option in arguments)
    if origin is dict:
        return f"{_kind(arguments[1])} by name"
    if origin is tuple:
        return f"list of {_kind(arguments[0])}"
    if dataclasses.is_dataclass(kind):
        return "section" if _is_section(kind) else "list of critics, see below"
    return {int: "whole number", float: "number", str: "text", bool: "true or false"}[kind]


def _default(field: dataclasses.Field[Any]) -> str:
    factory = field.default_factory
    value = field.default if factory is dataclasses.MISSING else factory()
    if value == {}:
        return "none"
    if dataclasses.is_dataclass(value):
        return "its own defaults"
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
