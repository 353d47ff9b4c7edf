"""Ways to tell hopeless pairs before the NLI model sees them: `python benchmarks/screens.py`.

Each is given the threshold at which it loses 1% of the pairs that the model keeps, on the very pairs it is measured on:
what remains is how many pairs it lets pass, and how many NLI calls that is for each call that an exact method needs.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parents[1])  # in place of this folder, where other files have our names
os.environ["OMP_NUM_THREADS"] = "1"
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import numpy as np  # noqa: E402
import torch  # noqa: E402

from benchmarks.timed_critics import CRITIC, candidates  # noqa: E402
from benchmarks.workload import sparse_pool, usual_pool  # noqa: E402
from builders.critics.entailment import EntailmentModel  # noqa: E402
from builders.critics.word_match import Encoder, worst_matches  # noqa: E402
from metrics.rouge_l.overlap import rouge_l  # noqa: E402

TEACHER = "microworld:models/teacher-news"
MIN_ENTAILMENT, MAX_ROUGE_L, LOSS = 0.75, 0.75, 0.01


def main() -> None:
    """Prints a table, or JSON."""
    parser = argparse.ArgumentParser(prog="python benchmarks/screens.py", description=__doc__)
    parser.add_argument("--contexts", type=int, default=8, help="of each pool (default: 8)")
    parser.add_argument("--k", type=int, default=100, help="samples a context (default: 100, as in the paper)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    torch.set_num_threads(1)
    encoders = {"teacher": Encoder(TEACHER), "NLI model": Encoder(CRITIC)}
    rows = []
    for name, make in (("usual", usual_pool), ("sparse", sparse_pool)):
        rows += [{"pool": name, **row} for row in screens(make(TEACHER, options.contexts, options.k, "test"), encoders)]
    if options.json:
        print(json.dumps(rows))
        return
    print(f"{'pool':8}{'states of':12}{'layer':>6}  {'compared by':14}{'pairs let pass':>16}{'calls to needed':>17}")
    for row in rows:
        begin = f"{row['pool']:8}{row['encoder']:12}{row['layer']:>6}  {row['measure']:14}"
        print(f"{begin}{row['passed']:>16.1%}{row['calls_to_needed']:>17.2f}")


def screens(pool: list[list[str]], encoders: dict[str, Encoder]) -> list[dict[str, Any]]:
    """One row an encoder, layer and measure."""
    model = EntailmentModel(CRITIC)
    forward: list[bool] = []
    kept: list[bool] = []
    values: dict[tuple[str, int, str], list[float]] = {}
    for sentences in pool:
        pairs = [pair for pair in candidates("", sentences) if rouge_l(pair.source, pair.target) <= MAX_ROUGE_L]
        ahead = np.array(model.probabilities([(pair.source, pair.target) for pair in pairs])) >= MIN_ENTAILMENT
        back = np.array(model.probabilities([(pair.target, pair.source) for pair in pairs])) >= MIN_ENTAILMENT
        forward += ahead.tolist()
        kept += (ahead & back).tolist()
        place = {sentence: i for i, sentence in enumerate(sentences)}
        i, j = (np.array([place[getattr(pair, side)] for pair in pairs]) for side in ("source", "target"))
        for name, encoder in encoders.items():
            states = dict(encoder.states(sentences, list(range(encoder.layers))))
            for layer in range(encoder.layers):
                tokens = [states[n][layer] for n in range(len(sentences))]
                for measure, table in (("mean states", _cosines(tokens)), ("worst match", worst_matches(tokens))):
                    both = np.minimum(table[i, j], table[j, i])
                    values.setdefault((name, layer, measure), []).extend(both.tolist())
    needed = 2 * sum(forward)
    rows = []
    for (name, layer, measure), found in values.items():
        passed = np.array(found) >= np.quantile(np.array(found)[kept], LOSS)
        calls = (int(passed.sum()) + int((passed & np.array(forward)).sum())) / needed
        row = {"encoder": name, "layer": layer, "measure": measure, "passed": float(passed.mean())}
        rows.append(row | {"calls_to_needed": calls})
    return rows


def _cosines(tokens: list[np.ndarray]) -> np.ndarray:
    means = np.stack([rows.mean(axis=0) for rows in tokens])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    found: np.ndarray = means @ means.T
    return found


if __name__ == "__main__":
    main()
