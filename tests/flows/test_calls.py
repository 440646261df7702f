"""A call, placed as a person places it, on both transports and both pipelines, from the first word to the record."""

import io
import re
import subprocess
from datetime import datetime
from decimal import Decimal
from typing import Any

import imageio_ffmpeg
import pytest

from contract.storage import VIDEO_FRAMES_PER_SECOND
from tests.flows.conftest import RunningPlatform
from tests.runtime.providers.wording import word_error_rate

LINES = ("Thank you for taking my call today.", "We help sales teams practice with realistic buyers.")
MOST_WORDS_WRONG = 0.2
KINDS = {"audio", "video", "transcript"}
CALLS = [
    ("local", "livekit"),
    ("local", "websocket"),
    ("deepgram_openai", "livekit"),
    ("deepgram_openai", "websocket"),
]


@pytest.fixture(scope="session", params=CALLS, ids=lambda call: "-".join(call))
def record(platform: RunningPlatform, request: pytest.FixtureRequest) -> dict[str, Any]:
    """One call of each kind, and what it left."""
    pipeline, transport = request.param
    says = [argument for line in LINES for argument in ("--say", line)]
    return platform.call("--pipeline", pipeline, "--transport", transport, *says)


def test_it_is_completed_by_the_callers_hang_up(record: dict[str, Any]) -> None:
    """Nothing else ends it."""
    assert (record["state"], record["reason"]) == ("completed", "hangup")


def test_what_the_caller_said_is_in_the_transcript(record: dict[str, Any]) -> None:
    """Recognised by a model, from sound that went through the whole platform."""
    heard = " ".join(turn["text"] for turn in record["turns"] if turn["speaker"] == "caller")

    assert word_error_rate(heard, said=" ".join(LINES)) <= MOST_WORDS_WRONG


def test_the_agents_answers_were_heard(record: dict[str, Any]) -> None:
    """Its sound arrived at the caller, and says what the transcript says."""
    said = " ".join(turn["text"] for turn in record["turns"] if turn["speaker"] == "agent")
    heard = " ".join(exchange["heard_text"] for exchange in record["exchanges"])

    assert [exchange["heard_seconds"] > 1 for exchange in record["exchanges"]] == [True] * 3
    assert word_error_rate(heard, said=said) <= MOST_WORDS_WRONG


def test_turns_are_numbered_from_the_greeting_on(record: dict[str, Any]) -> None:
    """The agent greets and has the last word; a caller who pauses may take two turns for one line."""
    speakers = [turn["speaker"] for turn in record["turns"]]

    assert [turn["number"] for turn in record["turns"]] == list(range(1, len(speakers) + 1))
    assert (speakers[0], speakers[-1]) == ("agent", "agent")
    assert speakers.count("caller") >= len(LINES)


def test_the_film_is_as_long_as_the_call(platform: RunningPlatform, record: dict[str, Any]) -> None:
    """Fifteen pictures a second, and neither cut nor padded."""
    key = next(item["key"] for item in record["objects"] if item["kind"] == "video")
    film = io.BytesIO()
    bucket = platform.state.running.addresses.recordings_bucket
    platform.aws("s3").download_fileobj(bucket, key, film)

    rate, seconds = rate_and_length(film.getvalue())

    assert rate == VIDEO_FRAMES_PER_SECOND
    assert abs(seconds - length_of(record)) <= 0.5


def test_everything_is_in_the_buckets(platform: RunningPlatform, record: dict[str, Any]) -> None:
    """What the record names is there."""
    addresses, s3 = platform.state.running.addresses, platform.aws("s3")
    bucket_of = {"transcript": addresses.artefacts_bucket}

    sizes = {
        item["kind"]: s3.head_object(Bucket=bucket_of.get(item["kind"], addresses.recordings_bucket), Key=item["key"])[
            "ContentLength"
        ]
        for item in record["objects"]
    }

    assert sizes.keys() == KINDS
    assert min(sizes.values()) > 100


def test_the_cost_is_the_sum_of_its_parts(record: dict[str, Any]) -> None:
    """By hand: dollars for a million tokens, a thousand characters, a minute of sound."""
    quantity = {(line["provider"], line["unit"]): Decimal(line["quantity"]) for line in record["usage"]}
    price = {
        ("openai", "input_tokens"): Decimal("0.40") / 1_000_000,
        ("openai", "cached_tokens"): Decimal("0.10") / 1_000_000,
        ("openai", "output_tokens"): Decimal("1.60") / 1_000_000,
        ("elevenlabs", "characters"): Decimal("0.05") / 1000,
        ("deepgram", "audio_seconds"): Decimal("0.0048") / 60,
    }

    by_hand = sum((amount * price.get(unit, Decimal(0)) for unit, amount in quantity.items()), Decimal(0))

    assert record["cost"]["unpriced"] == []
    assert abs(Decimal(record["cost"]["total_usd"]) - by_hand) < Decimal("0.000001")
    assert all(quantity[unit] > 0 for unit in quantity if unit[1] != "cached_tokens")


def length_of(record: dict[str, Any]) -> float:
    """Seconds from the caller's join to the hang-up."""
    joined, ended = (datetime.fromisoformat(record[name]) for name in ("active_at", "ended_at"))
    return (ended - joined).total_seconds()


def rate_and_length(film: bytes) -> tuple[float, float]:
    """Pictures a second and seconds, as ffmpeg counts them when it decodes the whole."""
    shown = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-i", "pipe:0", "-f", "null", "-"],
        input=film,
        capture_output=True,
        check=True,
    ).stderr.decode()
    rate = re.findall(r"([\d.]+) fps", shown)[0]
    hours, minutes, seconds = re.findall(r"time=(\d+):(\d+):([\d.]+)", shown)[-1]
    return float(rate), int(hours) * 3600 + int(minutes) * 60 + float(seconds)
