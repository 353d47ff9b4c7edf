import pytest

from builders.domain import SentencesConfig
from builders.sentences import REFUSALS, Sentences, refusal_counts

SENTENCES = Sentences(SentencesConfig(), banned=("[",))


def test_abbreviations_end_no_sentence():
    text = "Dell Corp. said profit rose in the U.S. market. Shares fell 5.5 percent."
    assert SENTENCES.split(text) == ["Dell Corp. said profit rose in the U.S. market.", "Shares fell 5.5 percent."]


@pytest.mark.parametrize(
    "sentences",
    [
        ["He moved to the U.S.", "The firm grew."],
        ["Dr. Smith met Mr. Jones at 5 p.m. on Monday.", "They spoke."],
        ["It cost $3.5 million in Washington, D.C., on Jan. 5.", "He paid."],
        ["Well ... it rose.", "Then it fell."],
        ['"Will it rise?" he asked.', '"No!" she said.'],
        ['"It rose.', 'It fell," he said.'],
        ["It rose (see Fig. 2).", "E. coli grew, e.g. in mice.", "Why?!", "Smith et al. said so."],
    ],
)
def test_a_text_falls_into_its_sentences(sentences):
    assert SENTENCES.split(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    ("text", "done"),
    [
        (" Profit rose.", False),  # "5 p.m." might go on
        (" Profit rose. Sh", True),
        (" Profit at Dell Corp. rose", False),
        (" Profit rose\n", True),
        ("\n\n Profit rose", False),
        (" ", False),
    ],
)
def test_sampling_stops_when_a_second_sentence_has_begun(text, done):
    assert SENTENCES.first_is_done(text) is done


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (" Profit rose. Shares f", "Profit rose."),
        ("\nProfit rose\nShares fell.", "Profit rose"),
        ("  ", ""),
        (" Dell Corp. said so.", "Dell Corp. said so."),
    ],
)
def test_the_first_sentence_is_kept(text, first):
    assert SENTENCES.first(text) == first


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("It rose.", None),
        ("Why?", None),
        ("No!", None),
        ("", "too_short"),
        ("A.", "too_short"),
        (f"{'It rose, said the very many people who knew of it. ' * 12}.", "too_long"),
        ("It rose", "unfinished"),
        ("It\nrose.", "newline"),
        ("It \x00 rose.", "unprintable"),
        ("It \ufffd rose.", "unprintable"),
        ("See https://example.org.", "url"),
        ("See www.example.org.", "url"),
        ("See ftp://example.org.", "url"),
        ("See WWW.EXAMPLE.ORG.", "url"),
        ("See bit.ly/1a2b.", "url"),
        ("See pic.example.com/abc today.", "url"),
        ("Amazon.com said so.", None),
        ("The U.S./Mexico border, 0.5mg/kg, and/or 1.5km/h.", None),
        ("It rose [1].", "banned"),
        ("It was very, very, very good.", None),
        ("It was very very very very good.", "repetition"),
        ("It rose and it rose and it rose and it rose and fell.", "repetition"),
        ("Sales rose, profit rose, shares rose and costs rose.", None),
        ("No, no, no, no!", "repetition"),
        ("It rose - - - - by 3 percent.", "repetition"),
        ("Aaaaaaaah.", "repetition"),
        ("It rose!!!!!!!!", "repetition"),
        ("Hahahahahahaha.", "repetition"),
        ("They said Noooo...", None),
        ("It had had its day in Bora Bora, and cost 10000000 yen.", None),
        ("It rose, we went away, we went away, we went away and slept.", None),
        ('He said "no."', "unfinished"),
        ('He said "no".', None),
        ("It\rrose.", "newline"),
        ("It\u2028rose.", "newline"),
        ("It rose\ue000.", "unprintable"),
        ("It rose\ud83d.", "unprintable"),
        ("It \u202erose.", "unprintable"),
        ("It\u200frose.", "unprintable"),
        ("It ro\xadse.", "unprintable"),
        ("It rose \ufffd\xa0today.", "unprintable"),
        ("Il a dit\xa0: tout monte\u202f!", None),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.", None),
        ("Café Zoë rose 5 °C \u2013 \u201cso\u201d, it said \U0001f600.", None),
        ('" he said.', "fragment"),
        ('," he said.', "fragment"),
        ("\u201d he said.", "fragment"),
        (") It rose.", "fragment"),
        ("]. It rose.", "fragment"),
        (", which rose.", "fragment"),
        (". He left.", "fragment"),
        ('"It rose.', None),
        ("'Tis so.", None),
        ("(It rose.", None),
        ("... and it rose.", None),
        (".NET rose.", None),
        ("1,250.", "no_words"),
        ("...", "no_words"),
        ("- 5 + 5 ?", "no_words"),
        ("5 o'clock.", None),
    ],
)
def test_a_refusal_names_its_reason(sentence, reason):
    assert SENTENCES.refusal(sentence) == reason
    assert reason is None or reason in REFUSALS


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"urls": True}, "See https://example.org/."),
        ({"max_repeats": 4}, "It was very very very very good."),
        ({"endings": ".?!\u3002"}, "利润上升了\u3002"),
        ({"endings": '."'}, 'He said "no."'),
        ({"max_characters": 700}, f"It rose by {', '.join(map(str, range(100, 220)))} and more points."),
    ],
)
def test_a_domains_own_rules_hold(settings, sentence):
    assert Sentences(SentencesConfig(**settings)).refusal(sentence) is None


def test_refusals_are_counted_by_reason_in_one_order_whatever_came_first():
    counts = refusal_counts(["url", None, "too_short", "url", None])
    assert list(counts) == [f"refused:{reason}" for reason in REFUSALS]
    assert {name: count for name, count in counts.items() if count} == {"refused:too_short": 1, "refused:url": 2}


@pytest.mark.parametrize(
    ("passage", "sentences"),
    [
        ("LONDON (AP) -- Profit rose. Sales\nfell. Shares", ["LONDON (AP) -- Profit rose.", "Sales fell."]),
        ("Profit rose.", ["Profit rose."]),
        ("Profit", []),
        ("", []),
    ],
)
def test_a_passage_loses_a_last_sentence_that_breaks_off(passage, sentences):
    assert SENTENCES.whole(passage) == sentences
