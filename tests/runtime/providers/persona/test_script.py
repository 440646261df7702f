"""A persona asks, objects, answers and closes, and never answers the same history differently."""

import pytest

from runtime.providers.chat import Message
from runtime.providers.errors import UnknownPersona
from runtime.providers.persona.script import answer, names, persona

OPENING = "Hello, this is Joe from Northwind. Thanks for calling. What do you want to show me today?"


def test_the_opening_comes_before_anybody_spoke() -> None:
    """The agent greets."""
    assert answer([Message(role="system", content="You are a buyer.")]) == OPENING


def test_the_steps_follow_in_order_and_end_in_the_closing() -> None:
    """Whatever the caller says, the call comes to an end."""
    said = [after(*["Sure."] * turns) for turns in range(1, 8)]

    assert said == [*persona("buyer").steps, persona("buyer").closing, persona("buyer").closing]


def test_a_keyword_is_answered_and_the_steps_wait() -> None:
    """A question is not passed over."""
    steps = persona("buyer").steps

    assert after("The PRICE? Ten dollars!") == "That is more than we pay now. What do we get for the money?"
    assert after("Sure.", "The price is ten.", "Sure.") == steps[1]


def test_a_branch_says_each_of_its_lines_once() -> None:
    """Then it is deaf, and the steps go on."""
    price = "The price is ten."

    assert after(price, price) == "My budget is small this year. Can you give me a discount?"
    assert after(price, price, price) == persona("buyer").steps[0]


def test_only_a_whole_word_is_a_keyword() -> None:
    """A database is not about the privacy of data."""
    assert after("It is a database.") == persona("buyer").steps[0]


def test_who_has_said_goodbye_says_nothing_else() -> None:
    """Or a test would wait for a conversation that is over."""
    assert after("Goodbye!", "The price is ten.") == persona("buyer").closing


def test_what_the_persona_said_before_changes_nothing() -> None:
    """An interrupted answer is cut in the history."""
    history = [Message(role="user", content="Sure."), Message(role="assistant", content="We lose about")]

    assert answer([*history, Message(role="user", content="Sure.")]) == persona("buyer").steps[1]


def test_the_system_prompt_names_another() -> None:
    """By id, anywhere in it."""
    prompt = Message(role="system", content="Be short. persona=skeptic Speak English.")

    assert answer([prompt]) == "Yes, hello. I have two minutes. What is it?"


def test_a_name_without_a_file_is_refused_with_those_there_are() -> None:
    """Nothing outside the folder is read."""
    with pytest.raises(UnknownPersona, match=r"persona=nobody has no file; use one of buyer, skeptic"):
        answer([Message(role="system", content="persona=nobody")])


@pytest.mark.parametrize("name", names())
def test_every_line_can_be_spoken(name: str) -> None:
    """Short sentences without figures, which are recognised as they were said."""
    who = persona(name)
    lines = [who.opening, who.closing, *who.steps, *(line for branch in who.branches for line in branch.lines)]

    assert all(line.isascii() and not any(mark.isdigit() for mark in line) and len(line) < 120 for line in lines)


def after(*texts: str) -> str:
    """Answer a history of only these turns of the caller."""
    return answer([Message(role="user", content=text) for text in texts])
