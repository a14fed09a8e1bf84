"""How figures and states are said in Vietnamese, the same in mails and workbooks."""

from __future__ import annotations

from warehouse.words import day, decimal, whole

__all__ = ["day", "decimal", "whole"]

BANDS = {"green": "xanh", "yellow": "vàng", "red": "đỏ"}
# text, background: dark text on a light ground reads in every mail program and in print
BAND_COLOURS = {
    "green": ("#0b5d33", "#d8f0e2"),
    "yellow": ("#7a4d00", "#fdecc8"),
    "red": ("#8f1d1d", "#fadcdc"),
}
NO_BAND_COLOURS = ("#4a5560", "#e8ebee")
REASONS = {
    "no_data": "chưa có dữ liệu",
    "declared_zero": "đã khai báo không phát sinh",
    "too_few": "quá ít bản ghi để chấm điểm",
    "not_applicable": "không có nội dung để đánh giá",
    "error": "chưa đánh giá được do lỗi hệ thống, không phải lỗi dữ liệu",
}
STATES = {
    "no_data": "chưa có dữ liệu",
    "declared_zero": "không phát sinh",
    "not_applicable": "không áp dụng",
}
OUTCOMES = {
    "pass": "đạt",
    "fail": "chưa đạt",
    "error": "chưa đánh giá được (lỗi hệ thống)",
    "not_applicable": "không áp dụng",
}
KINDS = {
    "missing": "thiếu",
    "invalid": "sai định dạng",
    "duplicate": "trùng",
    "predicate": "sai lô-gic",
    "coverage": "thiếu xã",
    "row_count": "thiếu bản ghi",
    "freshness": "chậm cập nhật",
}
CRITERIA = ("đúng", "đủ", "sạch", "sống", "thống nhất")


def share(part: int, total: int) -> str:
    """A part of a whole: 12,5%; "<0,1%" for a part that would look like nothing."""
    if not total:
        return "–"
    percent = 100 * part / total
    return "<0,1%" if 0 < percent < 0.1 else f"{decimal(percent)}%"


def band_and_score(score: float | None, band: str | None, reason: str | None) -> str:
    """A score with its band, or why there is none."""
    if score is None:
        return REASONS.get(reason or "", "chưa có điểm")
    return f"{decimal(score)} ({BANDS.get(band or '', '')})"


def change(now: float | None, before: float | None) -> str:
    """How a score moved: ▲ 3,2, ▼ 1,0, or no change; empty when there is nothing to compare."""
    if now is None or before is None:
        return ""
    moved = now - before
    if abs(moved) < 0.05:
        return "không đổi"
    return f"{'▲' if moved > 0 else '▼'} {decimal(abs(moved) + 1e-9)}"


def colours(band: str | None) -> tuple[str, str]:
    """Text and background colour of a band."""
    return BAND_COLOURS.get(band or "", NO_BAND_COLOURS)
