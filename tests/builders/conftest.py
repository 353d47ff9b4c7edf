import pytest
import torch

from tests.builders import tiny_models


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def teacher(tmp_path_factory):
    return tiny_models.make_teacher(tmp_path_factory.mktemp("models") / "teacher")


@pytest.fixture(scope="session")
def student(tmp_path_factory):
    return tiny_models.make_student(tmp_path_factory.mktemp("models") / "student")


@pytest.fixture(scope="session")
def critic(tmp_path_factory):
    return tiny_models.make_critic(tmp_path_factory.mktemp("models") / "critic")
