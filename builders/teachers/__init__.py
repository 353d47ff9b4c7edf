"""Teachers: a model in this process, or one behind a server."""

from builders.sampling_config import SamplingConfig
from builders.teachers.base import Continued, Teacher
from builders.teachers.completions import CompletionsTeacher
from builders.teachers.in_process import InProcessTeacher

__all__ = ["Continued", "Teacher", "load_teacher"]


def load_teacher(config: SamplingConfig) -> Teacher:
    """The teacher of a recipe.

    Raises:
        RunError: Its model cannot be loaded.
    """
    return InProcessTeacher(config) if config.server is None else CompletionsTeacher(config)
