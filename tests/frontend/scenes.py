"""The console in its four scenes, with a call that reads like one: for axe, and for the pictures in docs/."""

from contract.session import Speaker
from tests.fakes.call_platform import FakeCallPlatform
from tests.frontend.console import Console

SAID = (
    (Speaker.AGENT, "Good morning, this is Dana from purchasing. You wanted to show me your new scanner?", 820),
    (Speaker.CALLER, "Yes, thank you for your time. It reads a whole pallet in one go.", None),
    (Speaker.AGENT, "That sounds useful. But we changed suppliers only last year, and it was expensive.", 640),
    (Speaker.CALLER, "I understand. What did you like least about the change?", None),
    (Speaker.AGENT, "Honestly? The training. Three weeks until everybody could use it.", 710),
)


async def in_call(console: Console, platform: FakeCallPlatform) -> None:
    """Some minutes into a call."""
    await console.start(transport="WebSocket")
    session = await platform.session()
    for speaker, text, latency_ms in SAID:
        await session.commit(speaker, text, latency_ms=latency_ms)
    await session.price(0.0187)
    await session.play(seconds=30)
    await console.sees_turns(*(text for _, text, _ in SAID))
    await console.hears_the_agent()


async def troubled(console: Console, platform: FakeCallPlatform) -> None:
    """A call whose hang-up was not heard."""
    await in_call(console, platform)
    platform.is_down = True
    await console.press("Hang up")
    await console.sees(console.problem, "The API answered 503")


async def recorded(console: Console, platform: FakeCallPlatform) -> None:
    """After the call, everything done."""
    await in_call(console, platform)
    session = platform.sessions[-1]
    await console.hang_up()
    await session.complete(audio_url=f"{platform.url}/recording.wav")
    await console.sees(console.state, "Completed")


async def refused(console: Console, platform: FakeCallPlatform) -> None:
    """A call that could not be started."""
    told = {
        "title": "The media service does not answer",
        "detail": "LiveKit gave no answer in 5 s",
        "hint": "try again",
    }
    platform.refusals.append((503, {"code": "media_unavailable", **told}))
    await console.start(transport="LiveKit", waits=False)
    await console.sees(console.problem, "The media service does not answer")
