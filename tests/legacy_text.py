"""Vietnamese text in the encodings of the past, written from tables of their own, and columns of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

GOLDEN = Path(__file__).parent / "golden" / "text"

_TCVN3 = dict(
    zip(
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢§£¤¥¦",
        strict=True,
    )
)
_VNI_PLAIN = {"đ": "ñ", "ị": "ò", "ỉ": "æ", "ĩ": "ó", "ì": "ì", "í": "í", "ỵ": "î", "ơ": "ô", "ư": "ö"}
_VNI_TONES = {"\u0300": "ø", "\u0301": "ù", "\u0309": "û", "\u0303": "õ", "\u0323": "ï", "": ""}
_VNI_SHAPED = {
    "\u0302": {"": "â", "\u0300": "à", "\u0301": "á", "\u0309": "å", "\u0303": "ã", "\u0323": "ä"},
    "\u0306": {"": "ê", "\u0300": "è", "\u0301": "é", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë"},
}
_VISCII_HIGH = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)
_VISCII = {letter: chr(0x80 + place) for place, letter in enumerate(_VISCII_HIGH)} | dict(
    zip("ẲẴẪỶỸỴ", "\x02\x05\x06\x14\x19\x1e", strict=True)
)
_VPS = {
    **dict(zip("ẠẬẶẸỆỊỌỘỢỤỰỴẪỮ", "\x02\x03\x04\x05\x06\x10\x11\x12\x13\x14\x15\x19\x1c\x1d", strict=True)),
    **dict(
        zip(
            "ÀẢÃẤẦẨọỗĂếềểệẮẰẲẾỀỂỄỐỒỔỖýỷỵỚỜỞ",
            "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f",
            strict=True,
        )
    ),
    **dict(zip("ắằẳẵặỠớÙờởỡŨỨợỪổỬỲỸÍÌộỈĨÓửữÒỎÕựầ", map(chr, range(0xA1, 0xC1)), strict=True)),
    **dict(
        zip(
            "ấẩẫậđẻẹỉễịỹƯỦồốỏơÈừứũưẺảạăẽĩẴĐƠụủỶẼỳ",
            "ÃÄÅÆÇÈËÌÍÎÏÐÑÒÓÕÖ×ØÙÛÜÞäåæëïðñ÷øûýþÿ",
            strict=True,
        )
    ),
}


def _letter(character: str) -> tuple[str, str, str]:
    """Base, shape (circumflex, breve, horn) and tone of a letter."""
    base, *marks = unicodedata.normalize("NFD", character)
    shape = next((m for m in marks if m in "\u0302\u0306\u031b"), "")
    tone = next((m for m in marks if m in "\u0300\u0301\u0309\u0303\u0323"), "")
    return base, shape, tone


def tcvn3(text: str) -> str:
    """Marked capitals other than ĂÂĐÊÔƠƯ have no place: small ones are typed, and a font draws them large."""
    return "".join(_TCVN3.get(c, _TCVN3.get(c.lower(), c)) for c in text)


def vni(text: str) -> str:
    return "".join(map(_vni_letter, text))


def _vni_letter(character: str) -> str:
    if character.isascii():
        return character
    if character.lower() in _VNI_PLAIN:
        plain = _VNI_PLAIN[character.lower()]
        return plain.upper() if character.isupper() else plain
    base, shape, tone = _letter(character)
    if shape == "\u031b":
        written = _VNI_PLAIN[unicodedata.normalize("NFC", base.lower() + shape)] + _VNI_TONES[tone]
    else:
        written = base + (_VNI_SHAPED[shape] if shape else _VNI_TONES)[tone]
    return written.upper() if character.isupper() else written


def viscii(text: str) -> str:
    return "".join(_VISCII.get(c, c) for c in text)


def vps(text: str) -> str:
    return "".join(_VPS.get(c, c) for c in text)


def cp1258(text: str) -> str:
    return "".join(map(_cp1258_letter, text)).encode("cp1258").decode("latin-1")


def _cp1258_letter(character: str) -> str:
    try:
        character.encode("cp1258")
    except UnicodeEncodeError:
        base, shape, tone = _letter(character)
        return unicodedata.normalize("NFC", base + shape) + tone
    return character


def mojibake(text: str) -> str:
    """UTF-8 read as CP1252, with Latin-1's controls for the five bytes that CP1252 leaves out."""
    return "".join(bytes([b]).decode("cp1252", errors="ignore") or chr(b) for b in text.encode())


ENCODERS: dict[str, Callable[[str], str]] = {
    "tcvn3": tcvn3,
    "vni": vni,
    "viscii": viscii,
    "cp1258": cp1258,
    "vps": vps,
    "mojibake": mojibake,
}


def in_encoding(name: str, text: str) -> tuple[str, str]:
    """A text in an encoding, and what must come back: TCVN3 forgets marked capitals, except among capitals."""
    if name != "tcvn3" or text.isupper():
        return ENCODERS[name](text), text
    kept = "".join(c if c.isascii() or c in _TCVN3 else c.lower() for c in text)
    return tcvn3(text), kept


def sentences() -> list[str]:
    """Sentences, titles and notes as offices write them."""
    return GOLDEN.joinpath("vietnamese.txt").read_text(encoding="utf-8").splitlines()


def places() -> list[str]:
    """Names of communes, districts and provinces."""
    return GOLDEN.joinpath("places.txt").read_text(encoding="utf-8").splitlines()


def people() -> list[str]:
    """A hundred and fifty names that belong to nobody: family, middle and given names in turn."""
    family, middle, given = (
        line.split() for line in GOLDEN.joinpath("names.txt").read_text(encoding="utf-8").splitlines()
    )
    return [f"{family[i % len(family)]} {middle[i % len(middle)]} {given[i % len(given)]}" for i in range(150)]


def others() -> Iterator[tuple[str, list[str]]]:
    """Columns that hold no legacy text, by name: none of them may change."""
    for part in GOLDEN.joinpath("others.txt").read_text(encoding="utf-8").split("\n\n"):
        title, *lines = part.strip("\n").split("\n")
        yield title.removeprefix("# "), lines


def write_batch(folder: Path, columns: dict[str, list[str | None]]) -> Path:
    """A landed data.parquet with these columns of text, as readers leave it."""
    folder.mkdir(parents=True, exist_ok=True)
    landed = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})  # noqa: F841
    duckdb.sql(
        f"""
        copy (
            select *, 'batch' as _batch_id, 'things.csv' as _source_file, cast(null as varchar) as _sheet,
                row_number() over () as _row_number
            from landed
        ) to '{folder / "data.parquet"}' (format parquet)
        """
    )
    return folder


def read_batch(folder: Path) -> dict[str, list[str | None]]:
    """The columns of a batch, rows in their order."""
    result = duckdb.sql(
        f"""
        select * exclude (_batch_id, _source_file, _sheet, _row_number) from '{folder}/data.parquet'
        order by _row_number
        """
    )
    rows = result.fetchall()
    return {name: [row[place] for row in rows] for place, name in enumerate(result.columns)}
