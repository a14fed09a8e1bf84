"""Words in SQL: how text is cut into words, and which of them Vietnamese could write."""

from __future__ import annotations

import duckdb

from ingestion.text.syllables import syllables

SYLLABLES = "kho_syllables"

# every ASCII character that is no letter ends a word; other characters may be letters in some encoding
_SEPARATORS = r"[\t\n\r -@\[-`{-~]+"
# typography that touches a word in correct text
_AROUND = "\xa0\u200b\u200c\u200d\u2060\ufeff\xad–—‘’‚“”„…•‹›«»"
# a capital first, all capitals, or none: text in a wrong encoding mixes them
_CASE = r"\p{Lu}?\p{Ll}*|\p{Lu}+"


# signs beside a letter that mean a unit or "number" in any text
_UNITS = "[a-zA-Z]{0,2}[²³]|[µμ][a-zA-Z]|[Nn][º°]|°[CF]"


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def load_syllables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table of marked syllables that `is_vietnamese` reads."""
    # a literal: the first parameter that a process binds makes DuckDB import pandas, which takes seconds
    spelled = literal(" ".join(sorted(syllables())))
    connection.execute(
        f"create or replace temp table {SYLLABLES} as select unnest(string_split({spelled}, ' ')) as syllable"
    )


def is_marked(text: str) -> str:
    """SQL: whether a text has a character beyond ASCII; its bytes and its characters differ in number."""
    return f"strlen({text}) <> length({text})"


def words_of(text: str) -> str:
    """SQL: the words of a text, as a list."""
    return f"regexp_split_to_array({text}, {literal(_SEPARATORS)})"


def can_testify(word: str) -> str:
    """SQL: whether a word says something of its encoding: it has a mark, more than one letter, and is no unit."""
    return f"(length({word}) > 1 and {is_marked(word)} and not regexp_full_match({word}, '{_UNITS}'))"


def is_vietnamese(word: str) -> str:
    """SQL: whether Vietnamese could write a word so, by spelling and by case; ASCII words are taken as they are."""
    bare = f"trim(nfc_normalize({word}), {literal(_AROUND)})"
    return (
        f"(not {is_marked(bare)} or (regexp_full_match({bare}, '{_CASE}')"
        f" and lower({bare}) in (select syllable from {SYLLABLES})))"
    )
