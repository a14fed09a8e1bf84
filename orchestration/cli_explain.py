"""`kho explain`: the passport of a figure, for people and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from orchestration.console import VARIANTS, Home, ProfileName, console, read_settings

if TYPE_CHECKING:
    from warehouse.passport import Passport

# so many batches and dossiers are shown; `--json` has them all
SHOWN = 20


def explain(
    table: Annotated[str, typer.Argument(help="metrics.settlement or metrics.settlement_rollups.")],
    agency: Annotated[str, typer.Option(help="Code of the agency.")],
    period: Annotated[str, typer.Option(help="2026-10, 2026-Q4, 2026-H2 or 2026.")],
    column: Annotated[int, typer.Option(help="Column of Form 06, 3 to 13.")],
    field: Annotated[str | None, typer.Option(help="Code of a field; all fields if left out.")] = None,
    variant: Annotated[str, typer.Option(help="as_system or strict.")] = "as_system",
    rollup: Annotated[bool, typer.Option("--rollup", help="With all agencies beneath.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: everything, with all dossiers.")] = False,
    home: Home = None,
    profile: ProfileName = None,
) -> None:
    """Explain a figure: definition, SQL, version, batches and files with hashes, the dossiers counted."""
    from warehouse.passport import Asked, passport
    from warehouse.periods import parse_period

    settings = read_settings(home=home, profile=profile)
    found = passport(settings, Asked(table, agency, parse_period(period), column, field, variant, rollup))
    if as_json:
        print(json.dumps(asdict(found), ensure_ascii=False, indent=2, default=str))
    else:
        _show(found)


def _show(found: Passport) -> None:
    table = Table(title=escape(f"Hộ chiếu số liệu: {found.table_title}"), title_justify="left", show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    beneath = " (gồm cả đơn vị trực thuộc)" if found.with_beneath else ""
    for name, value in (
        ("Chỉ tiêu", f"Cột {found.column_number}: {found.title} ({found.table}.{found.column})"),
        ("Kỳ", f"{found.period_title} ({found.period})"),
        ("Cơ quan", f"{found.agency_name} ({found.agency_code}){beneath}"),
        ("Lĩnh vực", found.field_code or "tất cả"),
        ("Cách tính", f"{VARIANTS[found.variant]} ({found.variant})"),
        ("Giá trị", f"{found.value:,} hồ sơ"),
        ("Định nghĩa", found.definition),
        ("Căn cứ", found.basis or "–"),
        ("Ngày tính số liệu", f"{found.as_of:%d/%m/%Y}"),
        ("Phiên bản", found.model_version),
        ("Chốt số liệu", _frozen(found)),
        ("Chuỗi kiểm chứng", found.chain_head or "chưa có"),
        ("SQL của số liệu", found.figure_sql),
        ("SQL của danh sách", found.dossiers_sql),
        ("SQL của bảng", found.model_sql[found.table]),
        ("Các bảng trung gian", "\n".join(list(found.model_sql)[1:]) or "–"),
    ):
        table.add_row(name, escape(value))
    console.print(table, highlight=False)
    _batches(found)
    _dossiers(found)


def _frozen(found: Passport) -> str:
    if found.freeze is None:
        return "chưa chốt: con số có thể thay đổi"
    noted = found.freeze
    who = f", {noted['frozen_by']}" if noted["frozen_by"] else ""
    return (
        f"đã chốt {noted['frozen_at'][:16]}{who}, số liệu đến {noted['as_of']}\nsố liệu {noted['figures_hash']}"
        f"\nđầu vào {noted['inputs_hash']}\nphiên bản {noted['model_version']}"
    )


def _batches(found: Passport) -> None:
    table = Table(title=f"Lô dữ liệu ({len(found.batches)})", title_justify="left", header_style="bold")
    for name in ("lô", "tệp nguồn", "hồ sơ", "SHA-256 của tệp", "mã băm trong chuỗi"):
        table.add_column(name, overflow="fold", justify="right" if name == "hồ sơ" else "left")
    for batch in found.batches[:SHOWN]:
        hashes = (batch.content_hash or "–", batch.sealed_hash or "chưa niêm phong")
        table.add_row(batch.batch_id, escape(batch.source_file), f"{batch.dossiers:,}", *hashes)
    console.print(table, highlight=False)


def _dossiers(found: Passport) -> None:
    shown = found.dossiers[:SHOWN]
    table = Table(title=f"Hồ sơ được tính ({found.value:,})", title_justify="left", header_style="bold")
    for name in ("mã hồ sơ", "cơ quan", "lĩnh vực", "cột nhận", "cột kết quả", "dòng"):
        table.add_column(name, overflow="fold")
    for one in shown:
        columns = (str(one.column_in), str(one.column_out), str(one.row_number))
        table.add_row(escape(one.dossier_code), escape(one.agency_code), escape(one.field_code), *columns)
    console.print(table, highlight=False)
    if len(found.dossiers) > SHOWN:
        console.print(f"… và {len(found.dossiers) - SHOWN:,} hồ sơ nữa: `--json` có đủ.", highlight=False, markup=False)
