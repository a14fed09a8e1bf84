"""What a reader hands to landing: files written into a batch folder, and what it met on the way."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Extraction:
    """One extraction: data.parquet and rejects.parquet are written, their rows counted by bucket.

    data.parquet: the contract's landed columns, those that drift policy `evolve` let in (`new_columns`),
    and _batch_id, _source_file, _sheet, _row_number. rejects.parquet: bucket, reason, _row_number, cells (JSON).
    `rows_read` is landed + rejected + out of scope. `values_discarded` are single values that drift policy
    `discard_value` moved to rejects (bucket `discarded_value`); their rows landed without them.
    """

    reader: str
    rows_read: int
    rows_landed: int
    rows_rejected: int = 0
    out_of_scope: dict[str, int] = field(default_factory=dict)
    values_discarded: int = 0
    missing_columns: tuple[str, ...] = ()
    new_columns: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
