"""What is asked of a completions server, and what becomes of its texts."""

import time

import pytest

from builders.domain import DomainConfig
from builders.errors import ConfigError
from builders.generation import Decoding, Prompt
from builders.sampling_config import CorpusConfig
from tests.builders.teachers.completions_server import write

SAMPLED = Decoding(num_return=5, temperature=0.7, top_p=0.9, max_new_tokens=30)
NEWS = Decoding(num_return=4, temperature=0.7, top_p=0.9, max_new_tokens=30, banned=("[", "\n"))
PROMPTS = [Prompt(f"Boeing said profit rose {i} times.", i) for i in range(12)]


def texts(teacher, prompt="Profit rose.", decoding=SAMPLED, key=7):
    [continued] = teacher.go_on([Prompt(prompt, key)], decoding, None)
    assert continued.prompt == prompt
    return continued.texts


def test_a_prompt_gets_its_texts_in_one_request(server, teacher_of):
    found = texts(teacher_of())
    [body] = server.requests
    assert found == [write("Profit rose.", body["seed"] + i) for i in range(5)]
    wanted = {"model": "tiny", "prompt": "Profit rose.", "n": 5, "max_tokens": 30, "temperature": 0.7, "top_p": 0.9}
    assert {name: body[name] for name in wanted} == wanted
    assert body.keys() == wanted.keys() | {"seed"}
    assert 0 <= body["seed"] < 2**31


def test_the_seed_is_the_prompts_own(server, teacher_of):
    assert texts(teacher_of(), key=7) == texts(teacher_of(), key=7)
    texts(teacher_of(), key=8)
    first, again, other = (body["seed"] for body in server.requests)
    assert first == again != other


def test_greedy_texts_are_asked_for_once(server, teacher_of):
    greedy = Decoding(max_new_tokens=30)
    assert texts(teacher_of(), decoding=greedy) == [write("Profit rose.", None)]
    assert (server.requests[0]["temperature"], server.requests[0]["n"]) == (0.0, 1)
    server.write = lambda prompt, seed: ""
    assert texts(teacher_of(), decoding=greedy) == [""]
    assert len(server.requests) == 2


@pytest.mark.parametrize("concurrency", [1, 8])
def test_texts_stand_with_their_prompts_however_many_are_asked_at_once(server, teacher_of, concurrency):
    server.fault = lambda handler, body: time.sleep(0.002 * (body["seed"] % 10))  # and so answers come in any order
    found = teacher_of(server_concurrency=concurrency).go_on(PROMPTS, SAMPLED, None)
    assert [one.prompt for one in found] == [prompt.text for prompt in PROMPTS]
    seeds = {body["prompt"]: body["seed"] for body in server.requests}
    assert [one.texts for one in found] == [
        [write(prompt.text, seeds[prompt.text] + i) for i in range(5)] for prompt in PROMPTS
    ]
    assert server.most_at_once <= concurrency
    assert concurrency == 1 or server.most_at_once > 1


def test_choices_are_taken_by_their_index(server, teacher_of):
    def shuffled(handler, body):
        handler.answer(200, {"choices": server.choices(body)[::-1]})
        return True

    expected = texts(teacher_of())
    server.fault = shuffled
    assert texts(teacher_of()) == expected


def test_missing_choices_are_asked_for_with_another_seed(server, teacher_of):
    server.fault = lambda handler, body: not handler.answer(200, {"choices": server.choices(body)[:2]})
    found = texts(teacher_of())
    assert [body["n"] for body in server.requests] == [5, 3, 1]
    seeds = [body["seed"] for body in server.requests]
    assert len({*seeds}) == 3
    assert found == [write("Profit rose.", seeds[i // 2] + i % 2) for i in range(5)]


def test_choices_beyond_those_asked_for_are_left(server, teacher_of):
    expected = texts(teacher_of())
    server.fault = lambda handler, body: not handler.answer(200, {"choices": server.choices({**body, "n": 9})})
    assert texts(teacher_of()) == expected


def test_a_request_is_for_no_more_choices_than_servers_allow(server, teacher_of):
    decoding = Decoding(num_return=200, temperature=0.7, max_new_tokens=30)
    assert len(texts(teacher_of(), decoding=decoding)) == 200
    assert [body["n"] for body in server.requests] == [128, 72]


def test_a_text_ends_before_a_banned_string_whether_or_not_the_server_stops_there(server, teacher_of):
    server.write = lambda prompt, seed: f" Sales {seed} fell.\nMore [1] here."
    teacher = teacher_of()
    expected = texts(teacher, decoding=NEWS)
    assert server.requests[0]["stop"] == ["\n", "["]
    assert expected[0] == f" Sales {server.requests[0]['seed']} fell."
    server.fault = lambda handler, body: not handler.answer(200, {"choices": server.choices({**body, "stop": []})})
    assert texts(teacher, decoding=NEWS) == expected


def test_only_four_strings_are_stops_and_all_are_banned(server, teacher_of):
    server.write = lambda prompt, seed: " A > b."
    decoding = Decoding(temperature=0.7, max_new_tokens=30, banned=("<", "/", "[", "]", ">", "\n"))
    assert texts(teacher_of(), decoding=decoding) == [" A "]
    assert server.requests[0]["stop"] == ["\n", "<", "/", "["]


def test_a_text_that_begins_with_a_banned_string_is_drawn_again(server, teacher_of):
    server.write = lambda prompt, seed: "\n\nRead more." if seed % 2 else " Sales fell."
    assert texts(teacher_of(), decoding=NEWS) == [" Sales fell."] * 4
    odd = [sum(body["seed"] + i & 1 for i in range(body["n"])) for body in server.requests]
    assert [body["n"] for body in server.requests] == [4, *odd[:-1]]


def test_a_prompt_behind_which_nothing_comes_is_given_up(server, teacher_of):
    server.write = lambda prompt, seed: "\nRead more."
    assert texts(teacher_of(), decoding=NEWS) == [""] * 4
    assert [body["n"] for body in server.requests] == [4] * 5


def test_half_characters_do_not_come_through(server, teacher_of):
    server.write = lambda prompt, seed: " Sales \ud800 fell."
    assert texts(teacher_of())[0] == " Sales ? fell."


def test_a_context_that_is_too_long_loses_its_first_sentences(server, teacher_of):
    server.window = 40
    prompt = "Profit rose on Monday. Sales at Nike Corp. fell too. Shares gained last week."
    [continued] = teacher_of().go_on([Prompt(prompt, 1)], SAMPLED, None)
    assert continued.prompt == "Sales at Nike Corp. fell too. Shares gained last week."
    assert continued.texts == [write(continued.prompt, server.requests[-1]["seed"] + i) for i in range(5)]
    assert [body["prompt"] for body in server.requests] == [prompt, continued.prompt]


def test_a_context_whose_last_sentence_is_too_long_gets_no_text(server, teacher_of):
    server.window = 33
    prompt = "It fell. Shares gained last week in Boston."
    short, long = teacher_of().go_on([Prompt("It fell.", 1), Prompt(prompt, 2)], SAMPLED, None)
    assert (long.prompt, long.texts) == (prompt, [])
    assert len(short.texts) == 5


def test_a_check_asks_as_sampling_will(server, teacher_of):
    teacher_of(temperature=1.2, context_tokens=90, sentence_tokens=50).check()
    [body] = server.requests
    assert (body["n"], body["max_tokens"], body["temperature"]) == (2, 90, 1.2)


def test_more_tokens_than_the_window_holds_are_named_before_work_begins(server, teacher_of):
    server.window = 80
    with pytest.raises(
        ConfigError, match=r"context_tokens and sentence_tokens must leave room .* 'tiny' .*got 90 and 50"
    ):
        teacher_of(context_tokens=90, sentence_tokens=50).check()


def test_a_server_whose_choices_are_all_the_same_is_refused(server, teacher_of):
    server.write = lambda prompt, seed: " Boeing said that profit rose by a third on Monday."
    with pytest.raises(ConfigError, match=r"'tiny' at 'http.*' gives the same text twice"):
        teacher_of().check()


@pytest.mark.parametrize("corpus", [None, CorpusConfig(place="contexts.txt")])
def test_a_domain_that_begins_from_nothing_needs_a_server_that_can(server, teacher_of, corpus):
    teacher = teacher_of(domain=DomainConfig(name="biomedical"), corpus=corpus)
    teacher.check()
    assert server.requests[0]["prompt"] == ("" if corpus is None else "Profit rose.")
    message = {"error": {"message": "Prompt cannot be empty"}}
    server.fault = lambda handler, body: not body["prompt"] and not handler.answer(400, message)
    if corpus is not None:
        teacher.check()
        return
    with pytest.raises(ConfigError) as caught:
        teacher.check()
    assert "HTTP 400 Prompt cannot be empty" in str(caught.value)
    assert "give the domain prefixes, such as 'Abstract:' (a corpus of contexts serves round 0 alone)" in str(
        caught.value
    )


def test_its_identity_is_the_model_and_never_the_place(server, teacher_of):
    assert teacher_of().identity() == {"engine": "completions server", "model": "tiny"}


def test_a_server_that_writes_nothing_is_refused_before_work_begins(server, teacher_of):
    server.write = lambda prompt, seed: " "
    with pytest.raises(ConfigError, match=r"^'tiny' at 'http://.*' writes nothing behind 'Profit rose\.'; it may be"):
        teacher_of().check()
    server.write = lambda prompt, seed: "" if seed % 2 else " Sales fell."
    teacher_of().check()
