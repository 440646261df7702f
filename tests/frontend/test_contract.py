"""Page and platform mean the same by a state, a reason, a message and a close code."""

from tests.frontend.contract_in_typescript import FILE, contract_in_typescript


def test_the_page_has_the_contract_of_today() -> None:
    """A reason that the page does not know would be shown as nothing; `make schema` writes the file anew."""
    assert FILE.read_text() == contract_in_typescript()


def test_what_may_be_absent_may_also_be_null() -> None:
    """The API leaves empty fields out, the gateway sends null: the page must be ready for both."""
    written = contract_in_typescript()

    assert "  latency_ms?: number | null;\n" in written
    assert "  number: number;\n" in written
    assert 'type: "ready" | "turn" | "clear" | "ended";' in written
    assert "export const CLOSE_RESTART = 1012;" in written
