"""The real command line in this process, and one small finished run on the shipped microworld models."""

import contextlib
import fcntl
import io
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from scripts.cli import main
from tests.builders import tiny_models

TINY = {
    "sampling.contexts": 16,
    "sampling.contexts_per_shard": 8,
    "sampling.k": 4,
    "sampling.max_sentences": 2,
    "sampling.context_tokens": 60,
    "sampling.sentence_tokens": 50,
    "self_distillation.contexts": 16,
    "self_distillation.candidates": 3,
    "self_distillation.max_new_tokens": 50,
    "student.training.max_steps": 4,
    "student.training.batch_size": 8,
    "student.self_training.max_steps": 4,
    "student.self_training.batch_size": 8,
    "evaluation.n": 4,
    "workers": 1,
}
_PROGRESS = re.compile(r"(?P<stage>.+): \d+(/\d+)? \(\d+ s\)")


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str

    @property
    def stages(self) -> set[str]:
        """The stages that had something to do, by the progress they showed."""
        return {match["stage"] for line in self.err.splitlines() if (match := _PROGRESS.fullmatch(line))}

    @property
    def complaints(self) -> list[str]:
        """What stderr says beside progress."""
        return [line for line in self.err.splitlines() if not _PROGRESS.fullmatch(line)]


def impossible(*arguments: object) -> Outcome:
    """Runs `impossible ARGUMENTS` in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stopped:  # argparse ends this way
            status = int(stopped.code or 0)
    return Outcome(status, out.getvalue(), err.getvalue())


def overrides(settings: dict[str, object]) -> list[str]:
    """The options that change these settings."""
    return [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]


def files_below(folder: Path, pattern: str = "*") -> dict[str, bytes]:
    """The content of the files of a folder by their relative paths."""
    found = sorted(path for path in folder.rglob(pattern) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    torch.set_num_threads(1)  # tiny models are slower on more, and the bytes of a training depend on it


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory) -> Path:
    """A folder that all test processes of this session have in common."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "scripts"
    folder.mkdir(exist_ok=True)
    return folder


@contextlib.contextmanager
def locked(folder: Path):
    """Only one test process at a time makes what the others then find."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def critic(shared_folder) -> str:
    """A stock NLI classifier with random opinions: the shipped one would keep next to nothing of so few samples."""
    folder = shared_folder / "critic"
    with locked(folder):
        if not folder.exists():
            tiny_models.make_critic(shared_folder / "critic.partial")
            (shared_folder / "critic.partial").rename(folder)
    return str(folder)


@pytest.fixture(scope="session")
def tiny(critic) -> list[str]:
    """Options that make the demo recipe a matter of seconds, with all four critics, lenient ones."""
    critics = (
        f"[{{rouge_l: {{max: 0.95}}}}, {{semantic_equivalence: {{model: '{critic}', min_entailment: 0.03}}}}, "
        "{tree_edit_distance: {min: 1, parser: 'microworld.parser:parse'}}, "
        "{diversity: {tau_entail: 0.9, pairs_per_component: 8}}]"
    )
    return overrides({**TINY, "critics": critics})


@pytest.fixture(scope="session")
def finished(shared_folder, tiny) -> Path:
    """The folder of a finished run; look at it, but change only a copy."""
    folder = shared_folder / "run"
    with locked(folder):
        if not (folder / "report.html").exists():
            outcome = impossible("demo", "--out", folder, *tiny)
            assert outcome.status == 0, outcome.err
    return folder


@pytest.fixture
def run(finished, tmp_path) -> Path:
    """A copy of the finished run."""
    return Path(shutil.copytree(finished, tmp_path / "run"))
