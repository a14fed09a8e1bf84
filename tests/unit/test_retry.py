"""Transient errors are tried again with growing waits and a limit; the others end at once."""

from __future__ import annotations

import pytest

from ingestion.retry import retrying
from warehouse.errors import SourceError, SourceUnreachable

WORDS = {"wanted": "an answer", "found": "none", "where": "here", "action": "Wait."}


@pytest.fixture
def waits(monkeypatch):
    """Seconds that were waited, without waiting them."""
    seconds: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", seconds.append)
    return seconds


def failing(times, error):
    calls = []

    def action():
        calls.append(1)
        if len(calls) <= times:
            raise error
        return len(calls)

    return action, calls


def test_what_fails_for_now_is_tried_again_with_growing_waits(waits):
    action, _ = failing(3, SourceUnreachable(**WORDS))
    assert retrying(action, attempts=4, first_wait=1, longest_wait=3) == 4
    assert 1 <= waits[0] <= 2 and 2 <= waits[1] <= 3 and waits[2] == 3


def test_there_is_a_limit_and_the_last_error_is_told(waits):
    action, calls = failing(99, SourceUnreachable(**WORDS))
    with pytest.raises(SourceUnreachable):
        retrying(action, attempts=3)
    assert len(calls) == 3 and len(waits) == 2


@pytest.mark.parametrize("error", [SourceError(**WORDS), ZeroDivisionError()])
def test_what_trying_again_cannot_help_ends_at_once(waits, error):
    action, calls = failing(1, error)
    with pytest.raises(type(error)):
        retrying(action)
    assert len(calls) == 1 and not waits


def test_a_source_may_say_how_long_to_wait_within_the_limit(waits):
    action, _ = failing(2, SourceUnreachable(**WORDS))
    asked = iter([7.0, 700.0])
    retrying(action, longest_wait=30, wait_asked=lambda _: next(asked))
    assert waits == [7.0, 30.0]
