"""Sampling and filtering as one program, to be killed: `python run_stages.py OUT TEACHER CRITIC WORKERS`."""

import sys
from pathlib import Path

from builders.config import from_mapping
from builders.critics.settings import CriticsConfig
from builders.domain import DomainConfig
from builders.sampling import sample_stage
from builders.sampling_config import SamplingConfig
from builders.stage import pairs_stage


def run_stages(out: Path, teacher: str, critic: str, workers: int) -> None:
    sizes = {"contexts": 16, "k": 12, "contexts_per_shard": 4, "context_tokens": 60, "sentence_tokens": 40}
    config = SamplingConfig(teacher=teacher, domain=DomainConfig(name="news"), **sizes)
    samples = sample_stage(config, 1, out / "samples", "round-0", workers)
    critics = [{"rouge_l": {}}, {"semantic_equivalence": {"model": critic, "min_entailment": 0.15}}, "diversity"]
    pairs_stage(samples, from_mapping(CriticsConfig, critics, "critics"), out / "pairs", 0, workers)


if __name__ == "__main__":
    run_stages(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
