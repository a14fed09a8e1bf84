"""How large and how deep a source file may be."""

from __future__ import annotations

from dataclasses import dataclass, fields

from warehouse.contracts import Contract
from warehouse.errors import ContractError


@dataclass(frozen=True)
class Limits:
    """Limits of one file; a server's custom property of the same name in camelCase overrides one.

    The defaults leave room for the largest export that a province has, a million rows of 50 columns, and keep a
    reader within 1 GB of memory.

    Args:
        max_file_bytes: size of a file as it is sent.
        max_expanded_bytes: sum of the sizes of what a ZIP, XLSX, XLSB or ODS file holds.
        max_ratio: expanded size by packed size of one entry of more than 10 MB; sheets pack 10 to 60 times.
        max_entries: entries of such a file.
        max_shared_bytes: texts that a workbook keeps once for all cells, held in memory while it is read.
        max_memory_bytes: size of a file, or of its expanded entries, of a format that must be held in memory
            while it is read (XLS, XLSB, ODS, and JSON below a recordsPath).
        max_line_bytes: one line of text, one record or one cell.
        max_columns: columns of one table.
        max_rows: rows of a Parquet file, which may claim any number in a few bytes.
        settle_seconds: a file changed more recently than this is taken as still arriving.
    """

    max_file_bytes: int = 8 * 2**30
    max_expanded_bytes: int = 16 * 2**30
    max_ratio: int = 250
    max_entries: int = 10_000
    max_shared_bytes: int = 256 * 2**20
    max_memory_bytes: int = 128 * 2**20
    max_line_bytes: int = 4 * 2**20
    max_columns: int = 2_000
    max_rows: int = 200_000_000
    settle_seconds: int = 0

    @staticmethod
    def of(contract: Contract) -> Limits:
        """The limits for a contract's files. Raises ContractError for an option that is no whole number."""
        given: dict[str, int] = {}
        for field in fields(Limits):
            head, *rest = field.name.split("_")
            option = head + "".join(part.title() for part in rest)
            value = contract.server.options.get(option)
            if value is None:
                continue
            if isinstance(value, bool) or not str(value).isdecimal():
                raise ContractError(
                    wanted=f"a whole number for {option}",
                    found=str(value),
                    where=f"contract {contract.path.name}, server {contract.server.name}",
                    action="Correct the custom property of the server, or leave it out.",
                )
            given[field.name] = int(value)
        return Limits(**given)
