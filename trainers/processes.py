"""Training in several processes at a time, one for each device, as torch's launchers would start them."""

import multiprocessing
import os
import queue
import signal
import socket
import threading
from pathlib import Path
from typing import Any

from builders.errors import RunError, UsageError

from .training_job import TrainingJob

_SECONDS_TO_END = 20.0  # what is left to do when the result is there; an abort in it is of no matter


def process_count() -> int:
    """How many processes make the training that this one belongs to."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_first_process() -> bool:
    """Whether this process is the one that writes and reports."""
    return os.environ.get("RANK", "0") == "0"


def check_not_launched() -> None:
    """Refuses, with a `UsageError`, a command that a launcher has started several times: each would do all the work."""
    if process_count() > 1:
        problem = f"this command was started as one of {process_count()} processes (WORLD_SIZE)"
        raise UsageError(f"{problem}; start it once, without torchrun or accelerate, and set student.processes")


def train_in_processes(job: TrainingJob, folder: Path, processes: int) -> dict[str, Any]:
    """As `train_student`, in processes of their own.

    On a machine with GPUs each has one of them, otherwise they share the threads of this process.

    Raises:
        ConfigError, RunError: What went wrong in one of them, or one was killed; all are ended then.
    """
    from torch import cuda, get_num_threads  # slow to import

    if cuda.is_available() and processes > cuda.device_count():
        problem = f"student.processes is {processes}, and there are {cuda.device_count()} GPUs"
        raise RunError(f"{problem}; set it to {cuda.device_count()} or fewer")
    context = multiprocessing.get_context("forkserver")  # a fork would inherit the locks of torch's threads
    context.set_forkserver_preload(["trainers.training"])
    answers = context.Queue()
    settings = {"WORLD_SIZE": str(processes), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(_free_port())}
    threads = max(1, get_num_threads() // processes)
    started = [
        context.Process(target=_train_one, args=(job, folder, rank, settings, threads, answers), daemon=True)
        for rank in range(processes)
    ]
    try:
        for process in started:
            process.start()
        answer = _answer(answers, started)
        if isinstance(answer, Exception):
            raise answer
        for process in started:
            process.join(_SECONDS_TO_END)
        return answer
    finally:
        for process in started:
            process.kill()


def _answer(answers: Any, started: list[Any]) -> Any:
    """The record of the first process, or the first error of any."""
    while True:
        ended = [process for process in started if process.exitcode]
        try:
            return answers.get(timeout=1.0)
        except queue.Empty:
            if ended:  # before the wait, so that its last words would have come
                problem = f"a process of the training ended with status {ended[0].exitcode}"
                remedy = "most often for want of memory; set a smaller batch_size and run the same command again"
                raise RunError(f"{problem}, {remedy}") from None


def _train_one(job: TrainingJob, folder: Path, rank: int, settings: dict[str, str], threads: int, answers: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback of its own
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ |= {**settings, "RANK": str(rank), "LOCAL_RANK": str(rank)}
    import torch  # slow to import, and the training with it

    from .training import train_student

    torch.set_num_threads(threads)
    if torch.cuda.is_available():
        torch.cuda.set_device(rank)
    else:
        os.environ["ACCELERATE_USE_CPU"] = "true"
    try:
        record = train_student(job, folder)
    except (RunError, UsageError) as error:
        answers.put(error)
        return
    if rank == 0:
        answers.put(record)
    torch.distributed.destroy_process_group()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()  # one that was killed cannot tell, and the training would go on
        os._exit(1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
