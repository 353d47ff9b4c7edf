import argparse


def inspect_context(options: argparse.Namespace) -> None:
    raise NotImplementedError
