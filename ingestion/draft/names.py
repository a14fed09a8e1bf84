"""Names from labels, and what a label says: mechanical, to be corrected by a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import duckdb

from ingestion.names import column_name

PERSONAL = (
    "ho ten", "ho va ten", "nguoi", "chu ho", "chu tau", "chu co so", "chu ho so", "nguoi nop", "dai dien",
    "so dinh danh", "cccd", "can cuoc", "cmnd", "cmt", "chung minh", "so giay to", "ho chieu", "ngay sinh", "nam sinh",
    "dien thoai", "sdt", "di dong", "email", "thu dien tu", "dia chi", "thuong tru", "noi o", "cho o",
    "tai khoan", "bhxh", "bhyt", "cha", "me", "vo", "chong", "ca nhan", "bien so", "bien kiem soat",
    "khuyet tat", "benh", "chet", "ngheo",
    "full name", "phone", "address", "birth", "account",
)  # fmt: skip
# only as the first word: “ghi chú” is written alike
HOLDER = ("chu",)
PERSON_NUMBER = ("so dinh danh", "dinh danh", "cccd", "can cuoc", "cmnd", "cmt", "chung minh", "so giay to")
OTHER_NUMBER = ("tai khoan", "dien thoai", "sdt", "bhxh", "bhyt")
NAME_OF_RECORD = ("ma", "id", "code", "key", "uuid", "mst")
CODE = (*NAME_OF_RECORD, "so")
# “so” begins quantities, too
QUANTITY = ("so luong", "so tien", "so nguoi", "so ban", "so bo", "so nhan khau", "so giuong", "so lop", "so tang")
SEQUENCE = ("stt", "tt", "so tt", "so thu tu", "no")
DAY = ("ngay", "date", "thoi gian", "thoi diem", "han", "time", "at", "on")
UPDATED = (
    "ngay cap nhat", "thoi gian cap nhat", "ngay sua", "ngay sua doi", "ngay cn",
    "updated at", "updated on", "last updated", "update time", "modified", "last modified", "lastmodified",
)  # fmt: skip
COMMUNE = ("xa", "phuong", "commune", "ward")


def words(label: str) -> str:
    """A label as lower-case ASCII words: `NgayTiepNhan` and `Ngày tiếp nhận` are both `ngay tiep nhan`."""
    text = unicodedata.normalize("NFD", label).replace("đ", "d").replace("Đ", "D").replace("Ð", "D").replace("ð", "d")
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    if " " not in text.strip():
        text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def identifiers(labels: Sequence[str]) -> list[str]:
    """One name a label: lower-case ASCII, none twice, none a word of SQL."""
    taken = _reserved()
    found: list[str] = []
    for label in labels:
        found.append(column_name(words(label), [*taken, *found]))
    return found


def says(label: str, phrases: Sequence[str], first: bool = False) -> bool:
    """Whether a label holds one of the phrases as whole words; with `first`, whether it begins with one."""
    text = f" {words(label)} "
    return any(text.startswith(f" {p} ") if first else f" {p} " in text for p in phrases)


def names_records(label: str) -> bool:
    """Whether a label is that of a code: `Mã hồ sơ`, `id`."""
    return says(label, NAME_OF_RECORD, first=True) or words(label).rpartition(" ")[2] in ("id", "code", "ma")


def is_code(label: str) -> bool:
    """Whether a label names a code, or a number that counts nothing."""
    return names_records(label) or (says(label, CODE, first=True) and not says(label, QUANTITY, first=True))


def title(label: str) -> str:
    """A label as a person reads it: one line, composed letters."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", label)).strip()


def _reserved() -> list[str]:
    query = "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
    return [row[0] for row in duckdb.connect().execute(query).fetchall()]
