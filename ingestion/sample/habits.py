"""How an agency works: the shares of its dossiers that are filed, paid and digitised electronically."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass

from ingestion.sample.province import Province

# one agency of a commune in six is far behind
BEHIND = 6


@dataclass(frozen=True)
class Habits:
    """Shares from 0 to 1; `reused` is of digitised dossiers, `from_national_store` of those that reuse."""

    filed_online: float = 0.6
    paid_online: float = 0.7
    input_digitised: float = 0.7
    result_digitised: float = 0.8
    reused: float = 0.3
    from_national_store: float = 0.4
    population_data: float = 0.8
    synchronised: float = 0.97
    satisfied: float = 0.95


USUAL = Habits()
RANGES = {
    "filed_online": ((0.45, 0.9), (0.1, 0.35)),
    "paid_online": ((0.45, 0.95), (0.1, 0.4)),
    "input_digitised": ((0.6, 0.98), (0.05, 0.3)),
    "result_digitised": ((0.65, 0.98), (0.1, 0.4)),
    "reused": ((0.15, 0.5), (0.0, 0.15)),
    "from_national_store": ((0.2, 0.6), (0.1, 0.4)),
    "population_data": ((0.7, 0.98), (0.4, 0.7)),
    "synchronised": ((0.94, 1.0), (0.6, 0.85)),
    "satisfied": ((0.92, 0.99), (0.8, 0.92)),
}


def draw_habits(province: Province, rng: random.Random) -> dict[str, Habits]:
    """The habits of every agency, by its code."""
    communes = [a.code for a in province.agencies if a.level == "commune"]
    behind = set(rng.sample(communes, len(communes) // BEHIND))
    return {
        agency.code: Habits(**{name: rng.uniform(*ranges[agency.code in behind]) for name, ranges in RANGES.items()})
        for agency in province.agencies
    }


def happens(code: str, what: str, share: float) -> bool:
    """Whether something happens to a dossier, with a chance of `share`: the same answer in every export."""
    digest = hashlib.blake2b(f"{what} {code}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) < share * 2**32
