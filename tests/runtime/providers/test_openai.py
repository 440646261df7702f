"""The real OpenAI plugin cannot tell the loopback server from OpenAI."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from livekit.agents import APIConnectionError, APIConnectOptions, APIStatusError, APITimeoutError, llm
from livekit.plugins import openai

from runtime.providers.control import Control
from runtime.providers.desk import Line
from runtime.providers.faults import Answer, Fault

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("providers")]
AT_ONCE = APIConnectOptions(max_retry=0, timeout=2)


async def test_what_was_posted_is_answered_word_by_word(model: openai.LLM, control: Control) -> None:
    """The voice starts at the first sentence, so the answer may not come in one piece."""
    control.script("openai", ["It costs ten dollars a month."])

    chunks = await answered(model, "What does it cost?")

    assert [chunk.delta.content for chunk in chunks if chunk.delta] == [
        "It ",
        "costs ",
        "ten ",
        "dollars ",
        "a ",
        "month.",
    ]


async def test_a_token_is_four_characters(model: openai.LLM, control: Control) -> None:
    """Anybody can add up by hand what a call must have cost: 19 and 9 characters make 5 + 3."""
    control.script("openai", ["Yes, ten."])

    chunks = await answered(model, "Can I pay in euros?")

    [usage] = [chunk.usage for chunk in chunks if chunk.usage]
    assert (usage.prompt_tokens, usage.completion_tokens, usage.prompt_cached_tokens) == (5, 3, 0)
    received = control.received("openai")
    assert (received.input_tokens, received.output_tokens) == (5, 3)


async def test_usage_may_be_posted_with_the_answer(model: openai.LLM, control: Control) -> None:
    """A test of costs states its tokens, cached ones too."""
    control.script("openai", [Line(text="Yes.", input_tokens=1200, output_tokens=7, cached_tokens=1024)])

    chunks = await answered(model, "Is it?")

    [usage] = [chunk.usage for chunk in chunks if chunk.usage]
    assert (usage.prompt_tokens, usage.completion_tokens, usage.prompt_cached_tokens) == (1200, 7, 1024)


async def test_the_history_that_was_sent_can_be_read_back(model: openai.LLM, control: Control) -> None:
    """Whether the prompt reached the model is asked of the model."""
    control.script("openai", ["Yes."])

    await answered(model, "Is it?")

    [request] = control.received("openai").requests
    assert request["path"] == "/openai/v1/chat/completions"
    assert isinstance(request["body"], dict)
    assert request["body"]["messages"] == [{"role": "user", "content": "Is it?"}]


async def test_without_a_script_the_persona_answers(model: openai.LLM, control: Control) -> None:
    """A platform without keys holds a conversation, no echo."""
    assert control.received("openai").answers == 0

    chunks = await answered(model, "Our price is ten dollars a seat.")

    assert "".join(chunk.delta.content or "" for chunk in chunks if chunk.delta) == (
        "That is more than we pay now. What do we get for the money?"
    )


@pytest.mark.parametrize("status", [401, 429, 500, 503])
async def test_a_refusal_has_its_status(model: openai.LLM, control: Control, status: int) -> None:
    """A wrong key, a full account and an outage end a call for different reasons."""
    control.spoil("openai", Fault(status=status))

    with pytest.raises((APIStatusError, APIConnectionError)) as refused:
        await answered(model, "Hello?")

    named = refused.value if isinstance(refused.value, APIStatusError) else refused.value.__cause__
    assert isinstance(named, APIStatusError)
    assert named.status_code == status
    assert control.received("openai").refused == 1


async def test_a_refusal_that_passes_is_retried(model: openai.LLM, control: Control) -> None:
    """One 429 is no reason to lose a call."""
    control.script("openai", ["Still here."])
    control.spoil("openai", Fault(status=429, times=1))

    chunks = await answered(model, "Hello?", options=APIConnectOptions(max_retry=1, timeout=2))

    assert "".join(chunk.delta.content or "" for chunk in chunks if chunk.delta) == "Still here."
    assert control.received("openai").refused == 1


async def test_an_answer_cut_in_the_middle_is_named_and_not_said_twice(model: openai.LLM, control: Control) -> None:
    """Half of it was spoken already, so the plugin may not begin again."""
    control.script("openai", ["One two three."])
    control.spoil("openai", Fault(answer=Answer.CUT))

    with pytest.raises(APIConnectionError) as cut:
        await answered(model, "Hello?", options=APIConnectOptions(max_retry=2, timeout=2))

    assert not cut.value.retryable
    assert control.received("openai").answers == 1


async def test_a_silent_request_ends_at_its_timeout(model: openai.LLM, control: Control) -> None:
    """Nothing else would end it."""
    control.spoil("openai", Fault(answer=Answer.SILENT))
    clock = asyncio.get_running_loop().time
    began = clock()

    with pytest.raises((APITimeoutError, APIConnectionError)) as silent:
        await answered(model, "Hello?", options=APIConnectOptions(max_retry=0, timeout=0.5))

    assert isinstance(silent.value, APITimeoutError)
    assert 0.5 <= clock() - began < 5


async def test_a_malformed_message_is_named(model: openai.LLM, control: Control) -> None:
    """Broken JSON in the middle of an answer is no end of it."""
    control.script("openai", ["One two three."])
    control.spoil("openai", Fault(answer=Answer.MALFORMED))

    with pytest.raises(APIConnectionError, match="JSONDecodeError"):
        await answered(model, "Hello?")


async def test_latency_delays_the_first_word(model: openai.LLM, control: Control) -> None:
    """So that a slow provider can be shown in a call's numbers."""
    control.script("openai", ["Slow."])
    control.spoil("openai", Fault(latency_seconds=0.5))
    clock = asyncio.get_running_loop().time
    began = clock()

    await answered(model, "Hello?")

    assert clock() - began >= 0.5


async def test_an_answer_in_one_piece_has_the_same_words_and_usage(
    urls: dict[str, str], http: aiohttp.ClientSession, control: Control
) -> None:
    """Not every client streams."""
    control.script("openai", ["Yes, ten."])

    status, body = await post(urls, http, {"model": "gpt", "messages": [{"role": "user", "content": "four"}]})

    assert status == 200
    assert body["choices"][0]["message"] == {"role": "assistant", "content": "Yes, ten."}
    assert body["usage"]["total_tokens"] == 4


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, {"model": "gpt", "messages": []}, 401),
        ({"Authorization": "Bearer key"}, {"messages": []}, 400),
        ({"Authorization": "Bearer key"}, {"model": "gpt", "messages": "hello"}, 400),
    ],
    ids=["no key", "no model", "no messages"],
)
async def test_a_request_that_openai_would_refuse_is_refused(
    urls: dict[str, str], http: aiohttp.ClientSession, headers: dict[str, str], body: object, status: int
) -> None:
    """What passes here must pass there."""
    async with http.post(f"{urls['openai_url']}/chat/completions", json=body, headers=headers) as answered:
        assert answered.status == status
        assert (await answered.json())["error"]["code"] == str(status)


async def test_a_persona_without_a_file_is_refused_with_those_there_are(
    urls: dict[str, str], http: aiohttp.ClientSession
) -> None:
    """A misspelt name must not be answered by somebody else."""
    messages = [{"role": "system", "content": "persona=nobody"}]

    status, body = await post(urls, http, {"model": "gpt", "messages": messages})

    assert status == 400
    assert body["error"]["message"] == "persona=nobody has no file; use one of buyer, skeptic"


@pytest_asyncio.fixture
async def model(urls: dict[str, str]) -> AsyncIterator[openai.LLM]:
    """The plugin as the pipeline makes it."""
    made = openai.LLM(model="gpt-4o-mini", api_key="key", base_url=urls["openai_url"])
    yield made
    await made.aclose()


async def answered(model: openai.LLM, text: str, *, options: APIConnectOptions = AT_ONCE) -> list[llm.ChatChunk]:
    """Ask one thing and answer all that comes back."""
    context = llm.ChatContext()
    context.add_message(role="user", content=text)
    async with asyncio.timeout(20), model.chat(chat_ctx=context, conn_options=options) as stream:
        return [chunk async for chunk in stream]


async def post(urls: dict[str, str], http: aiohttp.ClientSession, body: object) -> tuple[int, dict[str, dict]]:  # type: ignore[type-arg]
    """Ask without the plugin."""
    headers = {"Authorization": "Bearer key"}
    async with http.post(f"{urls['openai_url']}/chat/completions", json=body, headers=headers) as answered:
        return answered.status, await answered.json()
