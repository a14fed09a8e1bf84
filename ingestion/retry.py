"""Try again what failed for now: errors that say `transient`, with growing waits and a limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from warehouse.errors import KhoError

Result = TypeVar("Result")

ATTEMPTS = 4
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0


def retrying(
    action: Callable[[], Result],
    *,
    attempts: int = ATTEMPTS,
    first_wait: float = FIRST_WAIT,
    longest_wait: float = LONGEST_WAIT,
    wait_asked: Callable[[KhoError], float | None] | None = None,
) -> Result:
    """Result of `action`, tried again while it raises a KhoError with `transient`.

    Args:
        action: what to do; it must be safe to do twice.
        attempts: how often at most, the first time included.
        first_wait: seconds before the second attempt; each later wait is about twice as long.
        longest_wait: most seconds between two attempts.
        wait_asked: seconds that the source itself asked for with an error (Retry-After), if it did.

    Raises:
        KhoError: the error of the last attempt, or at once the first that trying again cannot help.
    """
    growing = wait_exponential_jitter(multiplier=first_wait, max=longest_wait, jitter=first_wait)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = wait_asked(error) if wait_asked and isinstance(error, KhoError) else None
        return growing(state) if asked is None else min(asked, longest_wait)

    attempt = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, KhoError) and error.transient),
        stop=stop_after_attempt(attempts),
        wait=wait,
        reraise=True,
    )
    return attempt(action)
