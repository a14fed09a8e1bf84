"""Which columns of a landed file hold text in a legacy encoding: decided on a bounded sample, never by one word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.text.encodings import ENCODINGS, Encoding
from ingestion.text.words import can_testify, is_marked, is_vietnamese, literal, load_syllables, words_of

# a file of up to this many rows is looked at whole; of a longer one, as many rows in windows spread over it
SAMPLE_ROWS = 20_000
WINDOWS = 5
# different values and characters of each that are looked at in a column
SAMPLE_VALUES, SAMPLE_LENGTH = 1_000, 200
# Different words that must become Vietnamese, their share among the strange words that could be in the encoding,
# the share of them that no correct text could hold, and how far ahead of the next encoding it must be.
LEAST_WORDS, LEAST_SHARE, LEAST_TELLTALE, LEAD = 3, 0.75, 0.5, 1.5

# ª º µ are letters to Unicode, and signs to people
FOREIGN_LETTER = r"[^\P{L}a-zA-Zªºµ]|\p{M}"


@dataclass(frozen=True)
class Testimony:
    """What the strange words of one column say of one encoding: how many it mends, how many it leaves wrong."""

    column: str
    encoding: str
    mended: int
    wrong: int
    telltale: int

    @property
    def net(self) -> int:
        """What speaks for it, less what speaks against it."""
        return self.mended - self.wrong

    @property
    def convinces(self) -> bool:
        """Whether this is enough, the other encodings aside."""
        return (
            self.mended >= LEAST_WORDS
            and self.mended >= LEAST_SHARE * (self.mended + self.wrong)
            and self.telltale >= LEAST_TELLTALE * self.mended
        )


def has_foreign_letter(text: str, encoding: Encoding) -> str:
    """SQL: whether a text holds a letter that the encoding does not have: then it is not in it."""
    known = literal(encoding.sources + encoding.letters)
    return f"regexp_matches(translate(nfc_normalize({text}), {known}, ''), {literal(FOREIGN_LETTER)})"


def detect(connection: duckdb.DuckDBPyConnection, data: Path, columns: list[str]) -> dict[str, Encoding]:
    """Columns of a Parquet file whose text is in a legacy encoding, with that encoding.

    Words that Vietnamese could not write testify: for an encoding when its conversion mends them, against it
    when it changes them to something as wrong. Correct Unicode has hardly any, whatever its language.
    """
    if not columns:
        return {}
    load_syllables(connection)
    _find_strange_words(connection, data, columns)
    strange = connection.execute(
        f"select column_name from kho_strange_words group by all having count(*) >= {LEAST_WORDS}"
    ).fetchall()
    found = {}
    if strange:
        testimonies = _testimonies(connection)
        for (column,) in strange:
            heard = [t for t in testimonies if t.column == column]
            if heard and (encoding := _verdict(heard)):
                found[column] = encoding
    connection.execute("drop table kho_strange_words")
    return found


def _verdict(testimonies: list[Testimony]) -> Encoding | None:
    """The encoding that convinces and is well ahead of the next, if any."""
    first, *others = sorted(testimonies, key=lambda t: t.net, reverse=True)
    if first.convinces and all(first.net >= LEAD * other.net for other in others):
        return ENCODINGS[first.encoding]
    return None


def _find_strange_words(connection: duckdb.DuckDBPyConnection, data: Path, columns: list[str]) -> None:
    """Fill kho_strange_words: the different words of each column that Vietnamese could not write."""
    names = ", ".join(f'"{column}"' for column in columns)
    connection.execute(
        f"""
        create or replace temp table kho_strange_words as
        with
        sampled as ({_sample(connection, data, names)}),
        texts as (
            select distinct column_name, left(value, {SAMPLE_LENGTH}) as value
            from (unpivot sampled on {names} into name column_name value value)
            where {is_marked("value")}
        ),
        some_texts as (
            select * from texts qualify row_number() over (partition by column_name) <= {SAMPLE_VALUES}
        ),
        words as (select distinct column_name, unnest({words_of("value")}) as word from some_texts)
        select * from words where {can_testify("word")} and not {is_vietnamese("word")}
        """
    )


def _sample(connection: duckdb.DuckDBPyConnection, data: Path, names: str) -> str:
    """The query of the sampled rows; of each window DuckDB reads only the row groups that it lies in."""
    file = literal(str(data))
    rows = connection.execute(f"select coalesce(sum(num_rows), 0) from parquet_file_metadata({file})").fetchall()[0][0]
    if rows <= SAMPLE_ROWS:
        return f"select {names} from read_parquet({file})"
    length = SAMPLE_ROWS // WINDOWS
    starts = [(rows - length) * window // (WINDOWS - 1) for window in range(WINDOWS)]
    return " union all ".join(
        f"select {names} from read_parquet({file}, file_row_number = true)"
        f" where file_row_number between {start} and {start + length - 1}"
        for start in starts
    )


def _testimonies(connection: duckdb.DuckDBPyConnection) -> list[Testimony]:
    readings = " union all ".join(
        f"""
        select column_name, {literal(encoding.name)} as encoding, word, {encoding.convert("word")} as reading,
            regexp_matches(word, {literal(encoding.telltale)}) as is_telltale
        from kho_strange_words where not {has_foreign_letter("word", encoding)}
        """
        for encoding in ENCODINGS.values()
    )
    rows = connection.execute(
        f"""
        with
        readings as ({readings}),
        judged as (
            select distinct column_name, encoding, lower(reading) as reading, is_telltale,
                {is_vietnamese("reading")} as is_mended
            from readings
        )
        select column_name, encoding, count(distinct reading) filter (is_mended),
            count(distinct reading) filter (not is_mended), count(distinct reading) filter (is_mended and is_telltale)
        from judged group by all
        """
    ).fetchall()
    found = {(column, encoding): Testimony(column, encoding, *counts) for column, encoding, *counts in rows}
    columns = {column for column, _ in found}
    return [found.get((c, e), Testimony(c, e, 0, 0, 0)) for c in columns for e in ENCODINGS]
