"""The words of Form 06: number, titles, headings, formulas, notes."""

from __future__ import annotations

from warehouse.reports.form import Form, FormKind
from warehouse.reports.scope import VARIANTS
from warehouse.words import day

NUMBERS: dict[FormKind, str] = {"06a": "Biểu số II.06a/VPCP/KSTT", "06b": "Biểu số II.06b/VPCP/KSTT"}
TITLES: dict[FormKind, str] = {
    "06a": "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH\nTẠI CƠ QUAN, ĐƠN VỊ TRỰC TIẾP GIẢI QUYẾT",
    "06b": "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH\nTHEO LĨNH VỰC",
}
CIRCULAR = "Thông tư số 01/2020/TT-VPCP\nngày 21/10/2020"
UNIT = "Đơn vị tính: hồ sơ"
# first heading row: text, columns it spans (0 is the first); rows it spans
HEAD = (
    ("TT", 0, 0, 3),
    ("Lĩnh vực, công việc giải quyết theo cấp", 1, 1, 3),
    ("Số hồ sơ nhận giải quyết", 2, 5, 1),
    ("Đã giải quyết", 6, 9, 1),
    ("Đang giải quyết", 10, 12, 1),
)
SECOND = (
    ("Tổng số", 2, 2, 2),
    ("Trong kỳ", 3, 4, 1),
    ("Từ kỳ trước", 5, 5, 2),
    ("Tổng số", 6, 6, 2),
    ("Trước hạn", 7, 7, 2),
    ("Đúng hạn", 8, 8, 2),
    ("Quá hạn", 9, 9, 2),
    ("Tổng số", 10, 10, 2),
    ("Trong hạn", 11, 11, 2),
    ("Quá hạn", 12, 12, 2),
)
THIRD = (("Trực tuyến", 3, 3, 1), ("Trực tiếp, dịch vụ bưu chính", 4, 4, 1))
HEADINGS = (HEAD, SECOND, THIRD)
COLUMN_NUMBERS = (
    "(1)", "(2)", "(3)=(4)+(5)+(6)", "(4)", "(5)", "(6)", "(7)=(8)+(9)+(10)", "(8)", "(9)", "(10)",
    "(11)=(12)+(13)", "(12)", "(13)",
)  # fmt: skip
SIGNATURES = (("NGƯỜI LẬP BIỂU", "(Ký, ghi rõ họ tên)"), ("THỦ TRƯỞNG ĐƠN VỊ", "(Ký, ghi rõ họ tên, đóng dấu)"))
SIGNED_ON = "........, ngày ..... tháng ..... năm ........"
BLANK = "................................"


def period_of(form: Form) -> str:
    """Kỳ báo cáo: Tháng 10/2026 (từ ngày 01/10/2026 đến ngày 31/10/2026)."""
    period = form.scope.period
    if period.period_type == "range":
        return f"Kỳ báo cáo: {period.title[0].lower()}{period.title[1:]}"
    return f"Kỳ báo cáo: {period.title} (từ ngày {day(period.start)} đến ngày {day(period.end)})"


def units_of(form: Form) -> tuple[str, str]:
    """Who reports, and to whom."""
    return (
        f"- Đơn vị báo cáo:\n{form.scope.reporting_unit}",
        f"- Đơn vị nhận báo cáo:\n{form.scope.receiving_unit or BLANK}",
    )


def notes_of(form: Form) -> tuple[str, ...]:
    """How the figures are counted, how firm they are, what is not certain about the form."""
    title, meaning = VARIANTS[form.scope.variant]
    order = "đơn vị, rồi theo lĩnh vực" if form.kind == "06a" else "lĩnh vực"
    return (
        f"Cách tính: {title}, {meaning}",
        form.scope.standing,
        "(3) = (7) + (11). Cột (9) gồm cả hồ sơ được rút hoặc trả lại và hồ sơ không có ngày hẹn trả. "
        f"Mỗi cấp xếp theo {order}; cấp là cấp của đơn vị tiếp nhận hồ sơ.",
        "Bố cục theo mẫu II.06a, II.06b (Thông tư số 01/2020/TT-VPCP) như phần mềm một cửa in ra, chưa đối chiếu bản "
        "chính thức. Chưa tìm được mẫu thay thế cho chính quyền địa phương hai cấp (từ 01/7/2025), nên biểu dùng mẫu "
        "này và chỉ ghi các cấp hiện có.",
    )
