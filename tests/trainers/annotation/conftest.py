"""A small task of three systems."""

from trainers.annotation.making import make_task
from trainers.annotation.outputs import Outputs
from trainers.annotation.task import write_task

SENTENCES = [f"Profit of firm {number} rose." for number in range(4)]
SYSTEMS = {
    "Quokka-T5": "Firm {n} had more profit.",
    "Numbat-XL": "Firm {n} said so.",
    "Copy": "Profit of firm {n} rose.",
}


def outputs(template):
    return Outputs("memory", {sentence: template.format(n=n) for n, sentence in enumerate(SENTENCES)})


def made(folder, task="paraphrase", n=200, seed=0):
    """A task in a folder, and who wrote what."""
    made, systems = make_task({name: outputs(text) for name, text in SYSTEMS.items()}, task, n, seed)
    write_task(folder, made, systems)
    return made, systems
