"""Land: parcels with the faults their contract must find. The whole table is stale."""

from __future__ import annotations

import datetime as dt
import random
from bisect import bisect_right

from ingestion.sample.dossiers import Dossier
from ingestion.sample.tables import Context, Record, Table, iso

SOURCE = "sectors/land.sqlite"
COLUMNS = (
    "Ma_Thua_Dat", "XaId", "SoHieuBanDo", "SoThuTuThua", "DienTich", "DiaChiChiTiet", "LoaiDat", "Muc_Dich_Su_Dung",
    "Ma_Nguoi_Su_Dung", "TenNguoiSuDung", "SoPhatHanhGCN", "SoVaoSo", "NgayCap", "NguonGoc", "TinhTrangPhapLy",
    "MaHoSoMotCua", "NgayCapNhat",
)  # fmt: skip
KINDS = {
    "ODT": "Đất ở tại đô thị",
    "ONT": "Đất ở tại nông thôn",
    "CLN": "Đất trồng cây lâu năm",
    "LUC": "Đất chuyên trồng lúa",
    "BHK": "Đất bằng trồng cây hằng năm khác",
    "RSX": "Đất rừng sản xuất",
    "NTS": "Đất nuôi trồng thủy sản",
    "TMD": "Đất thương mại, dịch vụ",
}


def make_parcels(context: Context, rows: int, land_dossiers: list[Dossier]) -> Table:
    """Parcels; of `land_dossiers` a clean one names only those that were closed before it was brought up to date."""
    table = Table("parcels", "thua_dat", COLUMNS, ("Ma_Thua_Dat",), "XaId", context)
    rng, as_of = context.rng, context.as_of
    communes, _ = context.communes("parcels", 4)
    land_dossiers = sorted(land_dossiers, key=_closed_on)
    closed = [_closed_on(d) for d in land_dossiers]
    for number, (commune, pinned) in enumerate(context.places(communes, rows), start=1):
        sheet, parcel = str(number % 60 + 1), str(number)
        kind = rng.choice(tuple(KINDS))
        issued = as_of - dt.timedelta(days=rng.randint(600, 7000))
        updated = as_of - dt.timedelta(days=rng.randint(130, 220))
        user = context.people.adult(issued)
        row = table.add(
            Ma_Thua_Dat=f"{commune.code}_{sheet}_{parcel}",
            XaId=commune.code,
            SoHieuBanDo=sheet,
            SoThuTuThua=parcel,
            DienTich=f"{rng.lognormvariate(5.5, 0.9) + 20:.1f}",
            DiaChiChiTiet=f"Thôn {number % 12 + 1}, {commune.name}",
            LoaiDat=kind,
            Muc_Dich_Su_Dung=KINDS[kind],
            Ma_Nguoi_Su_Dung=user.number,
            TenNguoiSuDung=user.name,
            SoPhatHanhGCN=f"MX {number:08d}",
            SoVaoSo=f"CS{number:06d}",
            NgayCap=iso(issued),
            NguonGoc="Công nhận quyền sử dụng đất",
            TinhTrangPhapLy=rng.choices(("Bình thường", "Thế chấp", "Ngăn chặn"), (85, 14, 1))[0],
            MaHoSoMotCua=_dossier(rng, land_dossiers, bisect_right(closed, updated)),
            NgayCapNhat=iso(updated),
        )
        row.pinned = pinned
    _spoil(table)
    for row in table.take(table.count):
        updated = dt.date.fromisoformat(row["NgayCapNhat"])
        row["MaHoSoMotCua"] = rng.choice(land_dossiers[bisect_right(closed, updated) :]).code
        table.plant("linkage", "certificate_not_updated", row, "hồ sơ đã xong, giấy chứng nhận chưa cập nhật")
    context.truth.plant_known("stale", "parcels", "parcels_stale", note="cả cơ sở dữ liệu không cập nhật")
    return table


def _spoil(table: Table) -> None:
    context, count = table.context, table.count
    table.spoil("field_missing", "parcels_land_use_missing", "Muc_Dich_Su_Dung", "")
    table.spoil("placeholder", "parcels_certificate_missing", "SoPhatHanhGCN", "-", "chưa xác định")
    table.spoil("field_missing", "parcels_user_number_missing", "Ma_Nguoi_Su_Dung", "")
    table.spoil("outlier", "parcels_area_out_of_range", "DienTich", "0", "-120.5", "99999999")
    table.spoil("unreadable_number", "parcels_area_unreadable", "DienTich", "12O,5m", "mot tram")
    table.spoil("code_list", "parcels_land_kind_invalid", "LoaiDat", "T", "XYZ")
    for row in table.take(count):
        row["Ma_Nguoi_Su_Dung"] = context.people.old_card()
        table.plant("linkage", "parcels_user_number_invalid", row, "không đủ 12 chữ số")
    prefix = context.province.agencies[0].code
    for number, row in enumerate(table.take(count), start=1):
        row["MaHoSoMotCua"] = f"{prefix}.3-{context.months[0][0]:%y%m%d}-{9900 + number}"
        table.plant("linkage", "parcels_dossier_unknown", row, "mã hồ sơ một cửa không có trong kho")
    for row in table.take(count):
        row["Ma_Thua_Dat"] = _code(context.rng.choice(context.province.foreign_codes), row)
        table.plant("code_currency", "parcels_code_commune_mismatch", row, "mã thửa lập theo mã xã cũ")
    pairs = list(table.take(2 * (count // 2)))
    for one, other in zip(pairs[::2], pairs[1::2], strict=True):
        other["SoPhatHanhGCN"] = one["SoPhatHanhGCN"]
        for row in (one, other):
            table.plant("duplicate", "parcels_certificate_duplicate", row, "một số phát hành, hai thửa")

    for row in table.plant_foreign_communes("parcels_commune_current", table.take(count)):
        row["Ma_Thua_Dat"] = _code(row["XaId"], row)
    table.spoil("missing_key", "parcels_code_missing", "Ma_Thua_Dat", "")


def _dossier(rng: random.Random, dossiers: list[Dossier], count: int) -> str:
    """The code of one of the first dossiers, for three parcels of ten."""
    return dossiers[rng.randrange(count)].code if count and rng.random() < 0.3 else ""


def _closed_on(dossier: Dossier) -> dt.date:
    """The day a settled dossier was closed; before every other day for one that is not."""
    return dossier.finished.date() if dossier.status in (9, 10) else dt.date.min


def _code(commune: str, row: Record) -> str:
    return f"{commune}_{row['SoHieuBanDo']}_{row['SoThuTuThua']}"
