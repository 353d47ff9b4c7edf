"""The options that commands on a recipe share: what they change of it, and how the command is written again."""

import argparse


def overrides_of(options: argparse.Namespace) -> list[str]:
    """The settings in place of the recipe's, the seed among them."""
    return [*options.overrides, *([f"seed={options.seed}"] if options.seed is not None else [])]


def words_of(options: argparse.Namespace) -> list[str]:
    """The command with the recipe and these options, without where its result was put."""
    words = ["impossible", options.command] + ([options.recipe] if options.command != "demo" else [])
    words += ["--seed", str(options.seed)] if options.seed is not None else []
    words += [word for override in options.overrides for word in ("--set", override)]
    return words + (["--contexts", options.contexts] if options.contexts else [])
