"""Legacy encodings of Vietnamese, as they look when their bytes were read as Latin text, and their SQL.

TCVN3, VISCII and VPS letters come from viparse; VNI and CP1258 are letters and marks, which compose.
docs/text.md says how the tables were measured and where they differ from viparse.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from viparse.normalize.tcvn3 import TCVN3 as TCVN3_TABLE
from viparse.normalize.viscii import VISCII as VISCII_TABLE
from viparse.normalize.vps import VPS as VPS_TABLE

from ingestion.text.syllables import LETTERS
from ingestion.text.words import literal


@dataclass(frozen=True)
class Encoding:
    """One wrong reading of Vietnamese text.

    Args:
        name: as contracts write it.
        sources: characters that stand for something else; text without any is not in this encoding.
        letters: other non-ASCII letters that such text may hold, and which are what they seem.
        telltale: regular expression of what no correct Vietnamese word holds.
        convert: SQL of a text expression's conversion.
        least_words: words that a value in it must have where others in its column are Unicode; letters of other
            languages look like those of VISCII and VPS, so that one word is not enough there.
        is_proof: whether a conversion that succeeds proves the encoding (UTF-8 has its own check).
    """

    name: str
    sources: str
    letters: str
    telltale: str
    convert: Callable[[str], str]
    least_words: int = 1
    is_proof: bool = False

    @property
    def kind(self) -> str:
        """Name of the repair in the lists of repairs."""
        return f"{self.name}_to_unicode"

    @property
    def signs(self) -> str:
        """Sources that are no letters to the eye, and no typography."""
        return "".join(s for s in self.sources if not s.isalpha() and s not in _TYPOGRAPHY)


# what correct text holds too: typography is no sign of an encoding
_TYPOGRAPHY = "\xa0–—‘’‚“”„…•‹›"


def escaped(characters: str) -> str:
    """Characters as they stand in a class of a regular expression."""
    return "".join(f"\\x{{{ord(character):X}}}" for character in characters)


def _telltale(sources: Iterable[str]) -> str:
    """What correct Vietnamese never holds.

    Letters of other alphabets, two marked vowels side by side (ươ apart, which is not in Latin-1), a, e or o before a
    marked vowel that cannot follow it, even by a tone on the wrong vowel (Taù), and a capital after a small letter.
    """
    strange = "".join(source for source in sources if source not in LETTERS and source not in _TYPOGRAPHY)
    latin = "".join(sorted(letter for letter in LETTERS if letter < "\u0100"))
    pairs = "[aA][àáâãèéêÀÁÂÃÈÉÊ]|[eE][àáâãèéêìíýÀÁÂÃÈÉÊÌÍÝ]|[oO][âÂ]"
    return rf"[{escaped(strange)}]|[{latin}][{latin}]|{pairs}|\p{{Ll}}\p{{Lu}}"


def _translate(expression: str, table: Mapping[str, str]) -> str:
    return f"translate({expression}, {literal(''.join(table))}, {literal(''.join(table.values()))})"


def _byte_surfaces() -> dict[str, str]:
    """CP1252's characters of bytes 0x80 to 0x9F, each with Latin-1's control character of the same byte."""
    surfaces = {}
    for byte in range(0x80, 0xA0):
        character = bytes([byte]).decode("cp1252", errors="ignore")
        if character:
            surfaces[character] = chr(byte)
    return surfaces


CP1252_SURFACES = _byte_surfaces()


def _charset(name: str, table: Mapping[str, str], least_words: int, compose: bool = False) -> Encoding:
    """An encoding of one byte a character, whether it was read as Latin-1 or as CP1252."""
    table = {source: target for source, target in table.items() if source != target}
    table |= {surface: table[byte] for surface, byte in CP1252_SURFACES.items() if byte in table}
    same = "".join(letter for letter in map(chr, range(0xC0, 0x100)) if letter in LETTERS and letter not in table)

    def convert(expression: str) -> str:
        converted = _translate(expression, table)
        return f"nfc_normalize({converted})" if compose else converted

    return Encoding(name, "".join(table), same, _telltale(table), convert, least_words)


def _tcvn3() -> Encoding:
    table = {source: target for source, target in TCVN3_TABLE.pairs if source != target}
    lower = "".join(source for source, target in table.items() if target.islower())

    def convert(expression: str) -> str:
        # fonts like .VnTimeH draw these small letters as capitals: between capitals they are capitals
        converted = _translate(expression, table)
        capitals = f"regexp_matches({expression}, '[A-Z{lower}][A-Z]') and not regexp_matches({expression}, '[a-z]')"
        return f"case when {capitals} then upper({converted}) else {converted} end"

    return Encoding("tcvn3", "".join(table), "ýÝ", _telltale(table), convert)


# VNI: single letters, and marks after their letter
_VNI_LETTERS = {"ô": "ơ", "ö": "ư", "ñ": "đ", "ò": "ị", "æ": "ỉ", "ó": "ĩ", "î": "ỵ"}
_VNI_MARKS = {
    "ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323", "â": "\u0302", "ê": "\u0306",
    "à": "\u0302\u0300", "á": "\u0302\u0301", "å": "\u0302\u0309", "ã": "\u0302\u0303", "ä": "\u0302\u0323",
    "è": "\u0306\u0300", "é": "\u0306\u0301", "ú": "\u0306\u0309", "ü": "\u0306\u0303", "ë": "\u0306\u0323",
}  # fmt: skip


def _vni() -> Encoding:
    letters = _VNI_LETTERS | {source.upper(): target.upper() for source, target in _VNI_LETTERS.items()}
    marks = _VNI_MARKS | {source.upper(): target for source, target in _VNI_MARKS.items()}
    single = {source: target for source, target in (letters | marks).items() if len(target) == 1}

    def convert(expression: str) -> str:
        for source, target in marks.items():
            if len(target) > 1:
                expression = f"replace({expression}, {literal(source)}, {literal(target)})"
        return f"nfc_normalize({_translate(expression, single)})"

    return Encoding("vni", "".join(letters | marks), "ìíÌÍ", _telltale(letters | marks), convert)


def _cp1258() -> Encoding:
    known = {byte: bytes([byte]).decode("cp1258", errors="ignore") for byte in range(0x80, 0x100)}
    table = {chr(byte): target for byte, target in known.items() if target}
    return _charset("cp1258", table, least_words=1, compose=True)


def _mojibake() -> Encoding:
    """UTF-8 read as Latin text: the bytes are spelled as %XX, and read again as UTF-8."""
    # what is done is marked with a bar, which url_encode never leaves in a text
    pairs = (("%C2", ""), ("%C3%8", "%|C"), ("%C3%9", "%|D"), ("%C3%A", "%|E"), ("%C3%B", "%|F"), ("|", ""))

    def convert(expression: str) -> str:
        spelled = f"url_encode({_translate(expression, CP1252_SURFACES)})"
        for source, target in pairs:
            spelled = f"replace({spelled}, '{source}', '{target}')"
        return f"coalesce(try(url_decode({spelled})), {expression})"

    sources = "".join(itertools.chain(map(chr, range(0x80, 0x100)), CP1252_SURFACES))
    # the first byte of a letter and its next, unless that is a space: correct text holds "XÃ" and a hard space
    telltale = rf"[\x{{C2}}-\x{{FF}}][\x{{80}}-\x{{9F}}\x{{A1}}-\x{{BF}}{escaped(''.join(CP1252_SURFACES))}]"
    return Encoding("mojibake", sources, "", telltale, convert, is_proof=True)


ENCODINGS: dict[str, Encoding] = {
    encoding.name: encoding
    for encoding in (
        _tcvn3(),
        _vni(),
        _charset("viscii", dict(VISCII_TABLE.pairs), least_words=2),
        _cp1258(),
        _charset("vps", dict(VPS_TABLE.pairs), least_words=2),
        _mojibake(),
    )
}
UNICODE = "unicode"
