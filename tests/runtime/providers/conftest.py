"""What the tests of the loopback providers share."""

from tests.runtime.providers.processes import control, http, providers_url, real_urls, speech_url, urls

__all__ = ["control", "http", "providers_url", "real_urls", "speech_url", "urls"]
