"""The part of docs/metrics.md that is written from the register: every metric, and the items of the index."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from warehouse.assembly_indicators import metric_register
from warehouse.errors import SettingsError
from warehouse.profile import Profile
from warehouse.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "metrics.md"
ITEMS = PROJECT_ROOT / "dbt_project" / "seeds" / "service_quality_items.csv"
BEGIN = "<!-- kho metrics: written from the register; change dbt_project/indicators, not this part -->"
END = "<!-- kho metrics: end -->"

_INDICATOR_HEADER = (
    "Mã / Code",
    "Tên / Title",
    "Định nghĩa / Definition",
    "Công thức / Formula",
    "Tử số / Numerator",
    "Mẫu số / Denominator",
    "Đơn vị / Unit",
    "Căn cứ / Basis",
    "Chủ trì / Owner",
    "Phiên bản / Version",
    "Bảng / Table",
)
_ITEM_HEADER = ("Mục", "Tên", "Chỉ số", "Điểm tối đa", "Đạt điểm tối đa từ", "Cách tính, lý do không tính", "Phiên bản")


def written(page: str, profile: Profile) -> str:
    """The page with its written part as the register is now. Raises SettingsError when its marks are not there."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SettingsError(
            wanted=f"the marks {BEGIN} and {END}",
            found="not both of them",
            where="the page of metrics",
            action="Put the two lines where the register is to be written.",
        )
    return f"{before}{BEGIN}\n\n{register_part(profile)}\n{END}{after}"


def register_part(profile: Profile) -> str:
    """Markdown tables of the indicators, of the columns of Form 06 and of the index's items."""
    rows = metric_register(profile)
    shares = [row for row in rows if row["numerator_vi"]]
    counts = [row for row in rows if not row["numerator_vi"]]
    parts = [
        "### Chỉ số / Indicators",
        _table(_INDICATOR_HEADER, (_metric_cells(row) for row in shares)),
        "### Biểu số 06 / Form 06",
        _table(_INDICATOR_HEADER, (_metric_cells(row) for row in counts)),
        "### Các mục của bộ chỉ số phục vụ / Items of the service-quality index",
        _table(_ITEM_HEADER, (_item_cells(row) for row in _items())),
    ]
    return "\n\n".join(parts) + "\n"


def write_page(path: Path, profile: Profile) -> bool:
    """Bring a page up to date; whether it changed."""
    old = path.read_text(encoding="utf-8")
    new = written(old, profile)
    if new != old:
        path.write_text(new, encoding="utf-8")
    return new != old


def _metric_cells(row: dict[str, str | None]) -> tuple[str, ...]:
    better = {"higher": "cao hơn tốt hơn", "lower": "thấp hơn tốt hơn"}.get(row["better"] or "", "")
    assumed = "chưa kiểm chứng" if row["is_assumed"] == "true" else ""
    since = f"từ {_day(row['valid_from'])}" if row["valid_from"] else ""
    return (
        f"`{row['metric']}`",
        f"{row['title_vi']} / {row['title_en']}",
        row["definition_vi"] or "",
        row["formula_vi"] or "",
        row["numerator_vi"] or "",
        row["denominator_vi"] or "",
        _listed(row["unit"], better),
        _listed(row["basis"], assumed),
        f"`{row['owner_key']}`",
        _listed(row["version"], since),
        f"`{row['table_name']}`",
    )


def _items() -> list[dict[str, str]]:
    with ITEMS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _item_cells(row: dict[str, str]) -> tuple[str, ...]:
    taken_off = f"phần hụt của `{row['shortfall_of']}`" if row["shortfall_of"] else ""
    return (
        row["item"],
        row["title_vi"],
        _listed(f"`{row['indicator']}`" if row["indicator"] else "", taken_off, separator=" trừ "),
        row["max_points"],
        f"{row['full_at']}%" if row["full_at"] else "",
        row["reason_vi"] or row["formula_vi"],
        row["weights_version"],
    )


def _table(header: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    titles = list(header)
    lines = [_line(titles), "|" + "---|" * len(titles), *(_line(row) for row in rows)]
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"


def _listed(*texts: str | None, separator: str = "; ") -> str:
    return separator.join(text for text in texts if text)


def _day(iso: str | None) -> str:
    return "/".join(reversed((iso or "").split("-")))
