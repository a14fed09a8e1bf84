"""Which sheets of a workbook a contract asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

from ingestion.readers.tables import fault
from warehouse.contracts import Contract
from warehouse.errors import SourceDamaged, SourceError


class NamedSheet(Protocol):
    """A sheet as any reader knows it."""

    @property
    def name(self) -> str:
        """What its tab shows."""

    @property
    def visible(self) -> bool:
        """Whether people see it."""


AnySheet = TypeVar("AnySheet", bound=NamedSheet)


def chosen_sheets(sheets: Sequence[AnySheet], contract: Contract, place: str) -> list[AnySheet]:
    """The sheets to read, in the workbook's order: those that `sheets` names, or the first visible one.

    A pattern with `*` takes visible sheets only; a hidden one is read when it is named in full.
    Raises SourceError when a name or pattern has no sheet, SourceDamaged when there is none at all.
    """
    if not sheets:
        raise fault(SourceDamaged, contract, place, "a workbook", "one without sheets")
    if not contract.sheets:
        visible = [sheet for sheet in sheets if sheet.visible]
        if not visible:
            raise fault(SourceError, contract, place, "a visible sheet", "none")
        return visible[:1]
    chosen: list[AnySheet] = []
    for wanted in contract.sheets:
        pattern = re.compile(re.escape(wanted).replace(r"\*", ".*"), re.DOTALL)
        found = [s for s in sheets if s.name == wanted or (s.visible and "*" in wanted and pattern.fullmatch(s.name))]
        if not found:
            raise fault(SourceError, contract, place, f"sheet {wanted}", ", ".join(s.name for s in sheets)[:500])
        chosen += [sheet for sheet in found if sheet not in chosen]
    return [sheet for sheet in sheets if sheet in chosen]
