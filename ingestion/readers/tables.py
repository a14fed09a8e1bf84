"""What every file reader makes of a file: tables of text cells, one for each sheet or member."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse.contracts import Contract
from warehouse.errors import SourceError


@dataclass(frozen=True)
class Table:
    """One table of a file, before its header is known.

    `first` are its first rows (at least those in which a header is looked for); with `named`, one row of
    names that is no row of the data. `write` puts all rows, in their order and from the first on, into a
    Parquet file with the text columns c0, c1, …: the n-th row there is row n of the sheet or file. A table that is
    `endless` may have empty rows after its last one, as sheets do; they are no rows of the table.
    """

    reader: str
    source_file: str
    sheet: str | None
    first: Sequence[Sequence[str | None]]
    write: Callable[[Path], None]
    named: bool = False
    endless: bool = False

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return self.source_file + (f", sheet {self.sheet}" if self.sheet else "")


def copy_cells(select: str, target: Path) -> str:
    """SQL that writes the cells of a table for `Table.write`: quick to write, quick to read once or twice."""
    return f"copy ({select}) to {text(str(target))} (format parquet, compression lz4_raw, row_group_size 30720)"


def text(value: str) -> str:
    """A SQL text literal."""
    return "'" + value.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def fault(
    kind: type[SourceError], contract: Contract, place: str, wanted: str, found: str, action: str | None = None
) -> SourceError:
    """An error about a file of a contract, for its sender."""
    return kind(
        wanted=wanted,
        found=found,
        where=f"contract {contract.path.name}, {place}",
        action=action or "Open the file to see whether it is the right one, and ask the sender for it again.",
    )
