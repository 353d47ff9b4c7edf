from pathlib import Path

import pytest

from builders.config import from_mapping
from builders.domain import DomainConfig
from builders.errors import RunError
from builders.model_place import resolve
from builders.sampling_config import CorpusConfig
from builders.table_places import open_place
from builders.user_path import user_path


def test_the_folder_of_a_user_is_written_out(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    assert user_path("~/texts/a.txt") == Path("/home/me/texts/a.txt")
    assert user_path("texts/~a.txt") == Path("texts/~a.txt")


@pytest.mark.parametrize(
    "use",
    [
        lambda path: from_mapping(CorpusConfig, f"{path}.txt:text", "sampling.corpus"),
        lambda path: open_place(f"{path}.txt", None, None),
        lambda path: DomainConfig.from_value(f"{path}.yaml", "sampling.domain"),
        resolve,
    ],
    ids=["corpus", "table", "domain", "model"],
)
def test_a_user_who_is_none_is_one_line(use):
    with pytest.raises(
        RunError, match=r"'~no-such-user/a.*' begins with the folder of a user 'no-such-user', who is not"
    ):
        use("~no-such-user/a")
