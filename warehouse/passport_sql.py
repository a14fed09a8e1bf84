"""The queries of a passport. Values are literals: the first parameter that DuckDB's client binds imports pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.connections import literal

if TYPE_CHECKING:
    from warehouse.passport import Asked
    from warehouse.settings import Settings

# which dossiers a column of Form 06 counts, by the one column in and the one column out of each
COUNTED = {3: "true", 7: "column_out in (8, 9, 10)", 11: "column_out in (12, 13)"}
COUNTED |= {column: f"column_in = {column}" for column in (4, 5, 6)}
COUNTED |= {column: f"column_out = {column}" for column in (8, 9, 10, 12, 13)}

FIGURE = """
select cast(coalesce(sum({column}), 0) as bigint)
from {table}
where {period} and variant = {variant} and {agency}{field}
"""

DOSSIERS = """
select dossier_code, agency_code, field_code, column_in, column_out, batch_id, row_number
from staging.int_settlement_dossiers
where {period} and variant = {variant} and {counted} and {agency}{field}
order by dossier_code
"""

BATCHES = """
    with dossiers as ({dossiers})
    select
        'batch ' || batches.source || '/' || batches.dataset || '/' || batches.batch_id, batches.batch_id,
        batches.dataset, batches.source_file, batches.content_hash, batches.landed_at, count(*)
    from dossiers
    inner join ops.batches as batches on dossiers.batch_id = batches.batch_id
    group by all
    order by batches.batch_id
"""

AGENCY = "select agency_name from shared.agencies where agency_code = {agency}"

# the values that a figure can be asked by
NEAR = "select distinct {column} from {table} order by all"
PERIODS = "select distinct period_type, period_start, period_end from metrics.settlement"


def counted_by(column: int) -> str:
    """SQL that is true of dossiers that a column of Form 06 counts."""
    return COUNTED[column]


def of_cell(asked: Asked, settings: Settings) -> dict[str, str]:
    """Where the figure is: in its own table, which has sums of agencies beneath when it is the one for them."""
    common = {"period": asked.period.condition, "variant": literal(asked.variant), "table": asked.table}
    if asked.table.endswith("_rollups"):
        return common | {
            "agency": f"agency_code = {literal(asked.agency)}",
            "field": f" and field_code = {literal(asked.field or 'tat_ca')}",
        }
    return common | {"agency": _agencies(asked, settings), "field": _field(asked)}


def of_agency(asked: Asked, settings: Settings) -> dict[str, str]:
    """Which dossiers belong to the figure's agency and field."""
    return {
        "period": asked.period.condition,
        "variant": literal(asked.variant),
        "agency": _agencies(asked, settings),
        "field": _field(asked),
    }


def _agencies(asked: Asked, settings: Settings) -> str:
    if not asked.is_rolled_up:
        return f"agency_code = {literal(asked.agency)}"
    if asked.agency == settings.province.agency_prefix:
        # an agency that no list has is beneath the province alone
        return "true"
    beneath = f"select agency_code from staging.int_agency_tree where ancestor_code = {literal(asked.agency)}"
    return f"agency_code in ({beneath})"


def _field(asked: Asked) -> str:
    return f" and field_code = {literal(asked.field)}" if asked.field and asked.field != "tat_ca" else ""
