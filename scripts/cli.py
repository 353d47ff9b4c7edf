"""`impossible`: the command line. Its arguments begin in `arguments.py`; what the commands do is in `commands.py`."""

import argparse
import os
import re
import sys
import warnings
from collections.abc import Callable

from builders.errors import RunError, UsageError, is_out_of_memory, one_line
from builders.files import is_unicode
from scripts.arguments import WRONG_USAGE, make_parser

DONE, FAILED, INTERRUPTED = 0, 1, 130
# Those that work through a recipe and keep what they did; the others begin anew.
_GO_ON = {"demo", "run", "sample", "build", "train", "self-distill", "filter", "proximity"}


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; returns its exit status."""
    options = _parse(arguments)
    _quiet_libraries(shows_transfers=options.command == "push" and sys.stderr.isatty())
    try:
        _check_text(sys.argv[1:] if arguments is None else arguments)
        _command(options.command)(options)
        sys.stdout.flush()
    except UsageError as error:
        return _fail(error, WRONG_USAGE)
    except RunError as error:
        return _fail(error, FAILED)
    except KeyboardInterrupt:
        goes_on = "; the same command again goes on from here" if options.command in _GO_ON else ""
        return _fail(f"interrupted{goes_on}", INTERRUPTED)
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        if error.filename is None and error.errno is None:
            raise
        return _fail(
            f"{error.filename or 'input/output'}: {error.strerror}; make room or check its permissions", FAILED
        )
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        return _fail(f"out of memory ({one_line(error)}); {_less_memory(options.command)}", FAILED)
    return DONE


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = make_parser()
    options, rest = parser.parse_known_args(arguments)
    if options.command == "paraphrase" and not any(word.startswith("-") for word in rest):
        options.text += rest  # sentences behind an option, which argparse does not look for
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return options


def _check_text(arguments: list[str]) -> None:
    for argument in arguments:
        if not is_unicode(argument):
            raise UsageError(f"argument {argument!a} is not UTF-8 text; write it in UTF-8")


def _less_memory(command: str) -> str:
    if command in _GO_ON:
        return "lower workers, sampling.contexts_per_batch or, when training, batch_size, and run it again"
    return "give it fewer or shorter texts, name a smaller model, or run it where there is more memory"


def _fail(error: object, status: int) -> int:
    shown = re.sub(r"(?<=://)[^/\s]*@", "", str(error))  # a URL may be quoted with its password
    print(f"impossible: {shown}", file=sys.stderr)
    return status


def _command(name: str) -> Callable[[argparse.Namespace], None]:
    from scripts import commands  # imports the pipeline, which --help must not wait for

    found: Callable[[argparse.Namespace], None] = getattr(commands, name.replace("-", "_"))
    return found


def _quiet_libraries(shows_transfers: bool) -> None:
    """Settings that the libraries read when they are imported: their chatter is not the user's business."""
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    if not shows_transfers:
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("PYTHONWARNINGS", "ignore::FutureWarning")  # for the worker processes
    warnings.simplefilter("ignore", FutureWarning)  # what one library tells another about its next version
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")  # without a network, five lines on each of its attempts
    os.environ.setdefault(
        "OMP_NUM_THREADS", str(os.cpu_count() or 1)
    )  # left unset, small models train many times slower


if __name__ == "__main__":
    sys.exit(main())
