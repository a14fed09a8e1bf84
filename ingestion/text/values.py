"""Which values of a decided column are in its encoding: a mixed column keeps its Unicode as it is."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.text.detection import has_foreign_letter
from ingestion.text.encodings import Encoding, escaped
from ingestion.text.words import can_testify, is_marked, is_vietnamese, literal, words_of


def find_repairs(
    connection: duckdb.DuckDBPyConnection, data: Path, column: str, encoding: Encoding, *, is_given: bool
) -> None:
    """Add to kho_repairs the different values of a column that change, with what they become.

    A value is legacy when the conversion leaves no wrong word, mends some, and one of them holds what no correct
    text could; it is Unicode when it has a letter that the encoding lacks, or loses by the conversion. What is
    neither follows the column if nothing in that is Unicode, and if it does not lose.

    Args:
        connection: holds the tables kho_repairs and of syllables.
        data: the Parquet file.
        column: its column.
        encoding: what the column is in.
        is_given: the contract says so: then only values that are Unicode stay as they are.
    """
    legacy = (
        "has_telltale"
        if encoding.is_proof
        else (f"wrong_after = 0 and wrong_before >= {encoding.least_words} and has_mended_telltale")
    )
    does_not_lose = "changed_words > 0 and (wrong_after = 0 or wrong_after < wrong_before or has_inner_sign)"
    follows = "true" if is_given else f"is_pure and {does_not_lose}"
    # a sign that no text has between letters: legacy, even where the word is no Vietnamese
    inner_sign = f"regexp_matches(value, {literal(f'[a-zA-Z][{escaped(encoding.signs)}]+[a-zA-Z]')})"
    connection.execute(
        f"""
        insert into kho_repairs
        with
        texts as (
            select distinct "{column}" as value
            from read_parquet({literal(str(data))}) where {is_marked(f'"{column}"')}
        ),
        words as (select distinct value, unnest({words_of("value")}) as word from texts),
        readings as (
            select value, word, {encoding.convert("word")} as reading
            from words where {can_testify("word")}
        ),
        judged as (
            select value, not {is_vietnamese("word")} as was_wrong, not {is_vietnamese("reading")} as is_wrong,
                regexp_matches(word, {literal(encoding.telltale)}) as is_telltale
            from readings where reading <> word
        ),
        counted as (
            select value, count(*) as changed_words, count_if(was_wrong) as wrong_before,
                count_if(is_wrong) as wrong_after, bool_or(is_telltale) as has_telltale,
                bool_or(is_telltale and was_wrong and not is_wrong) as has_mended_telltale
            from judged group by value
        ),
        described as (
            select value, {encoding.convert("value")} as converted,
                {has_foreign_letter("value", encoding)} as is_foreign,
                {inner_sign if encoding.signs else "false"} as has_inner_sign,
                coalesce(changed_words, 0) as changed_words, coalesce(wrong_before, 0) as wrong_before,
                coalesce(wrong_after, 0) as wrong_after, coalesce(has_telltale, false) as has_telltale,
                coalesce(has_mended_telltale, false) as has_mended_telltale
            from texts left join counted using (value)
        ),
        classed as (
            select *, not is_foreign and {legacy} as is_legacy,
                is_foreign or (wrong_after > wrong_before and not ({legacy})) as is_unicode
            from described
        ),
        settled as (select *, not bool_or(is_unicode) over () as is_pure from classed)
        select {literal(column)}, {literal(encoding.kind)}, value, converted
        from settled
        where converted <> value and (is_legacy or (not is_unicode and {follows}))
        """
    )
