from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
from scipy.stats import chisquare

from builders.config import from_mapping, to_mapping
from builders.contexts import draw_contexts
from builders.domain import DomainConfig
from builders.errors import ConfigError, RunError
from builders.sampling import sample_stage
from builders.sampling_config import SamplingConfig
from builders.sentences import Sentences
from builders.teachers import Continued
from scripts.recipe import load_recipe

BUNDLED = sorted(path.stem for path in Path(str(files("builders"))).joinpath("domains").iterdir())
SPLITTER = """
def by_semicolon(text): return text.split(";")
def nothing(text): return None
def one_text(text): return text
def failing(text): return [][1]
def spans(text): return [(0, 5), (6, 9)]
def bytes_of(text): return [b""]
"""


def domain(value):
    return DomainConfig.from_value(value, "sampling.domain")


def starts(name, contexts):
    """How the passages of a domain start, drawn for so many contexts, without what a teacher goes on with."""

    class Echo:
        def go_on(self, prompts, decoding, is_done):
            return [Continued(prompt.text, ["Profit rose."]) for prompt in prompts]

    config = SamplingConfig(teacher="echo", domain=domain(name), contexts=contexts, max_sentences=1)
    drawn = draw_contexts(config, Echo(), 0, "round-0", list(range(contexts)))
    return [context.context.removesuffix("Profit rose.").strip() for context in drawn.values()]


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_domain_is_called_like_its_file_and_repeats_nothing(name):
    read = domain(name)
    assert read.name == name
    assert len({*read.banned}) == len(read.banned)
    for values in read.values.values():
        assert [value for value, count in Counter(map(str.lower, values)).items() if count > 1] == []
        assert [value for value in values if value != value.strip()] == []
    assert from_mapping(DomainConfig, to_mapping(read)) == read


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("His brother/sister went to the Peru/Chile border.", None),
        ("I met u/someone there.", "banned"),
        ("I asked in r/Cooking.", "banned"),
        ("I asked (in /r/Cooking and /u/someone).", "banned"),
    ],
)
def test_names_of_users_and_communities_are_no_words_of_the_reddit_domain(sentence, reason):
    reddit = domain("reddit")
    assert Sentences(reddit.sentences, reddit.banned).refusal(sentence) == reason


@pytest.mark.parametrize("name", BUNDLED)
def test_what_a_bundled_domain_starts_with_is_no_sentence_of_its_own(name):
    read = domain(name)
    for number in range(max(map(len, read.values.values()), default=1)):
        values = {key: own[number % len(own)] for key, own in read.values.items()}
        for template in read.prefixes:
            text = f"{template.format_map(values)} profit rose."
            assert Sentences(read.sentences).split(text) == [text]


def test_the_bundled_news_are_of_the_whole_world():
    values = domain("news").values
    places = [city.split(", ") for city in values["city"]]
    assert all(len(place) == 2 for place in places)
    assert all(city == city.upper() and country != country.upper() for city, country in places)
    assert len({city for city, _ in places}) >= 100
    assert len({country for _, country in places}) >= 60
    assert len(values["country"]) >= 30
    assert len(values["media"]) >= 20


def test_half_of_the_datelines_name_an_outlet_and_a_quarter_each_a_country_and_a_city():
    values = domain("news").values
    found = [start.removesuffix(" --").partition("(") for start in starts("news", 4000)]
    kinds = Counter(
        "media" if not place else "country" if place.strip() in values["country"] else "city"
        for place, _, medium in found
        if medium.removesuffix(")") in values["media"]
    )
    shares = [kinds[kind] for kind in ("media", "country", "city")]
    assert sum(shares) == 4000
    assert chisquare(shares, [2000, 1000, 1000]).pvalue > 0.01


def test_every_city_comes():
    cities = {start.partition(" (")[0] for start in starts("news", 8000)} & {*domain("news").values["city"]}
    assert cities == {*domain("news").values["city"]}


def test_biomedical_text_begins_with_nothing_or_with_a_heading():
    assert {*starts("biomedical", 8)} == {""}
    assert {*starts("biomedical_headings", 64)} == {"Abstract:", "Introduction:", "Method:", "Conclusion:"}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("newss", "sampling.domain: 'newss' is no bundled domain and no YAML file; did you mean news?"),
        ("mine", "bundled are biomedical, biomedical_headings, news, reddit, or write {name: mine}"),
        ({}, "setting 'sampling.domain.name' is missing"),
        ({"name": "a", "prefix": []}, "unknown setting 'prefix' in section 'sampling.domain'; nearest valid: prefixes"),
        ({"name": "a", "prefixes": ["In {city}"]}, "prefix 'In {city}' of domain 'a' has {city}, and values no 'city'"),
        ({"name": "a", "prefixes": ["In {city}"], "values": {"city": []}}, "list what may stand there"),
        ({"name": "a", "prefixes": ["In {city"]}, "prefix 'In {city' is no template: expected '}'"),
        ({"name": "a", "prefixes": ["In }"]}, "write {{ and }} for braces"),
        ({"name": "a", "prefixes": ["{n:>3}"]}, "prefix '{n:>3}' is no template; between braces must stand one name"),
        ({"name": "a", "prefixes": ["{n!r}"]}, "between braces must stand one name of values"),
        ({"name": "a", "prefixes": ["{}"]}, "between braces must stand one name of values"),
        ({"name": "a", "prefixes": "news"}, "sampling.domain.prefixes must be a list, got 'news'"),
        ({"name": "a", "values": {"city": [False]}}, "sampling.domain.values.city[0] must be a text, got False"),
        ({"name": "a", "banned": [""]}, "banned of domain 'a' holds an empty string; remove it"),
        ({"name": "a", "sentences": {"endings": ""}}, "sampling.domain.sentences: endings must hold a character"),
        ({"name": "a", "sentences": {"max_characters": 2}}, "max_characters must be at least 3, got 2"),
    ],
)
def test_a_mistake_is_one_line(value, words):
    with pytest.raises(ConfigError) as caught:
        domain(value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name: [mine", "mine.yaml, line 1 is no YAML"),
        ("- mine", "mine.yaml must hold settings by name, got list"),
        ("name: mine\nbaned: []", "unknown setting 'baned' in section 'mine.yaml'; nearest valid: banned"),
        ("name: mine\nbanned: ['']", "mine.yaml: banned of domain 'mine' holds an empty string"),
        ("name: mine\nsentences: {min_characters: 0}", "mine.yaml.sentences: min_characters must be at least 1, got 0"),
    ],
)
def test_a_mistake_in_a_file_names_the_file(content, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        domain("mine.yaml")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("missing.yaml", "missing.yaml: No such file"),
        ("microworld:domains/missing.yaml", "missing.yaml: No such file"),
        ("no_such_package:domains/news.yaml", "domain 'no_such_package:domains/news.yaml': there is no package"),
    ],
)
def test_a_file_that_is_not_there_is_named(value, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError, match=words):
        domain(value)


def test_a_file_in_a_package_is_read():
    assert domain("microworld:domains/news.yaml").name == "microworld_news"


@pytest.fixture
def own_splitters(tmp_path, monkeypatch):
    """A module of a user's."""
    (tmp_path / "my_splitters.py").write_text(SPLITTER, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("own_splitters")
def test_a_users_own_domain_and_splitter_serve_a_recipe(teacher, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\nprefixes: ['{who} said']\nvalues: {who: [Boeing, Apple]}\n"
        "sentences: {splitter: 'my_splitters:by_semicolon', endings: '.n'}\n",
        encoding="utf-8",
    )
    few = ["contexts=6", "k=4", "min_sentences=1", "max_sentences=1", "context_tokens=60", "sentence_tokens=40"]
    settings = [f"sampling.{setting}" for setting in (f"teacher={teacher}", f"domain={path}", *few)]
    config = load_recipe("microworld-demo", settings).sampling
    assert config.domain.sentences.splitter == "my_splitters:by_semicolon"
    stage = sample_stage(config, 7, tmp_path / "samples", "round-0")
    rows = list(stage.read_rows())
    assert {row["domain"] for row in rows} == {"mine"}
    assert {row["context"].split()[0] for row in rows} <= {"Boeing", "Apple"}
    # Where no semicolon splits them, what nupunkt calls sentences are one.
    assert any(". " in sentence for row in rows for sentence in (row["context"], *row["sentences"]))

    (tmp_path / "my_splitters.py").write_text(f"# Changed.\n{SPLITTER}", encoding="utf-8")
    changed = sample_stage(config, 7, tmp_path / "changed", "round-0")
    assert changed.fingerprint != stage.fingerprint


@pytest.mark.usefixtures("own_splitters")
@pytest.mark.parametrize("name", ["nothing", "one_text", "failing", "spans", "bytes_of"])
def test_a_splitter_that_fails_is_named_with_its_text(name):
    sentences = Sentences(domain({"name": "a", "sentences": {"splitter": f"my_splitters:{name}"}}).sentences)
    with pytest.raises(RunError) as caught:
        sentences.split("Profit rose; sales fell.")
    assert f"splitter 'my_splitters:{name}' failed on 'Profit rose; sales fell.': " in str(caught.value)
    assert str(caught.value).endswith("; let it return a list of texts")
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("own_splitters")
@pytest.mark.parametrize("name", ["my_splitters:missing", "no_such_module:split"])
def test_a_splitter_that_cannot_be_imported_is_named(name):
    with pytest.raises(ConfigError, match=f"splitter '{name}' cannot be imported"):
        Sentences(domain({"name": "a", "sentences": {"splitter": name}}).sentences)
