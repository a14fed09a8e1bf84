"""`kho settlement`: Form 06 of any period, for people and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from orchestration.console import VARIANTS, Home, ProfileName, console, read_settings

if TYPE_CHECKING:
    from warehouse.settlement_form import Form, FormRow

HEADINGS = {
    "total_received": "Nhận: tổng số",
    "received_online": "Trực tuyến",
    "received_direct_or_post": "Trực tiếp, bưu chính",
    "carried_over": "Từ kỳ trước",
    "total_settled": "Đã giải quyết: tổng số",
    "settled_early": "Trước hạn",
    "settled_on_time": "Đúng hạn",
    "settled_late": "Quá hạn",
    "total_pending": "Đang giải quyết: tổng số",
    "pending_in_time": "Trong hạn",
    "pending_late": "Quá hạn",
}


def settlement(
    period: Annotated[str, typer.Argument(help="2026-10, 2026-Q4, 2026-H2, 2026, or 2025-12-15..2026-03-14.")],
    agency: Annotated[str | None, typer.Option(help="Code of an agency; the province if left out.")] = None,
    variant: Annotated[
        Literal["as_system", "strict"], typer.Option(help="As the software counts, or strictly.")
    ] = "as_system",
    by: Annotated[Literal["field", "agency"], typer.Option(help="What a row is.")] = "field",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: one object.")] = False,
    home: Home = None,
    profile: ProfileName = None,
) -> None:
    """Show Form 06 of an agency and all beneath it, in any period."""
    from warehouse.periods import parse_period
    from warehouse.settlement_form import settlement_form

    settings = read_settings(home=home, profile=profile)
    form = settlement_form(settings, parse_period(period), agency, variant, by)
    if as_json:
        print(json.dumps(_object(form), ensure_ascii=False, indent=2, default=str))
    else:
        _show(form)


def _object(form: Form) -> dict[str, Any]:
    from warehouse.settlement_form import COLUMNS

    def line(row: FormRow) -> dict[str, Any]:
        return {"code": row.code, "name": row.name, **row.counts}

    return {
        "period": form.period.code,
        "period_title": form.period.title,
        "period_type": form.period.period_type,
        "period_start": form.period.start,
        "period_end": form.period.end,
        "counted_until": form.counted_until,
        "agency_code": form.agency_code,
        "agency_name": form.agency_name,
        "variant": form.variant,
        "by": form.by,
        "is_stored": form.is_stored,
        "form_columns": COLUMNS,
        "rows": [line(row) for row in form.rows],
        "total": line(form.total),
    }


def _show(form: Form) -> None:
    from warehouse.settlement_form import COLUMNS

    title = (
        f"Biểu số 06. {form.period.title}, số liệu đến ngày {form.counted_until:%d/%m/%Y}\n"
        f"{form.agency_name} ({form.agency_code}); {VARIANTS[form.variant]}; đơn vị: hồ sơ"
    )
    table = Table(
        title=escape(title),
        title_justify="left",
        header_style="bold",
        show_footer=True,
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    table.add_column("Lĩnh vực" if form.by == "field" else "Cơ quan", footer="Tổng số", overflow="fold")
    # eleven columns beside the names: a heading is folded at its words
    width = max(7, *(len(_number(count)) for count in form.total.counts.values()))
    for name, number in COLUMNS.items():
        table.add_column(
            f"{HEADINGS[name]} ({number})", footer=_number(form.total.counts[name]), justify="right", width=width
        )
    for row in form.rows:
        label = row.name if row.name == row.code else f"{row.name} ({row.code})"
        table.add_row(escape(label), *(_number(row.counts[name]) for name in COLUMNS))
    console.print(table, highlight=False)


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")
