"""Write what was seen and guessed as an ODCS file that a person reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ingestion.draft import names
from ingestion.draft.guess import Guess
from ingestion.draft.look import Look
from ingestion.draft.scope import Scope

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def render(
    look: Look,
    guesses: list[Guess],
    scopes: list[Scope],
    *,
    ignored: list[str],
    dataset: str,
    source: str,
    owner: str,
    owner_given: bool,
    domain: str | None,
) -> str:
    """Text of the draft contract; every guess has a REVIEW remark beside it."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - the text is YAML, and every value goes through `quoted`
    )
    # a JSON value is a YAML value
    environment.filters["quoted"] = lambda value: json.dumps(value, ensure_ascii=False)
    environment.filters["rule_id"] = lambda name: f"{dataset}_{name}_missing"
    properties: dict[str, Any] = {
        **({"headerRows": look.header_rows} if look.header_rows > 1 else {}),
        **({"sheets": [look.sheet]} if look.sheet else {}),
        **({"ignoredColumns": ignored} if ignored else {}),
    }
    return environment.get_template("contract.yml.j2").render(
        notes=[*look.notes, *_notes(guesses)],
        dataset=dataset,
        title=names.title(Path(look.table).stem if look.has_footer else look.table),
        table=look.table,
        domain=domain or "other",
        domain_given=domain is not None,
        source=source,
        server=look.server,
        owner=owner,
        owner_given=owner_given,
        properties=properties,
        scopes=scopes,
        columns=guesses,
        updated=next((g.name for g in guesses if g.is_updated), None),
    )


def _notes(guesses: list[Guess]) -> list[str]:
    notes = ["names of columns are made of their labels; give them English names"]
    if not any(g.key for g in guesses):
        notes.append("no key was found: every source row counts as a record of its own")
    return notes
