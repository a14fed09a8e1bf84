"""What a text looks like: SQL conditions for the forms in which sources write types and personal numbers.

A draft guesses from them; what staging then reads is said by the macros of dbt. Numbers of persons and phones are
as the domain notes have them. `x` stands for a trimmed text that is not null.
"""

from __future__ import annotations

DATE = r"\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})|\d{4}-\d{2}-\d{2}([ T]00:00(:00(\.0+)?)?)?|(19|20)\d{6}"
TIME = r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4} \d{1,2}:\d{2}(:\d{2})?|\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}.*|(19|20)\d{12}"
SERIAL = r"[2-7]\d{4}([.,]\d+)?"
INTEGER = r"[+-]?\d+(\.0+)?"
NUMBER = r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?|-?\d{1,3}(\.\d{3})+(,\d+)?"
YES_OR_NO = ("true", "false", "t", "f", "yes", "no", "có", "không", "x", "đã", "chưa", "rồi")

PERSON_NUMBER = r"\d{12}"
OLD_PERSON_NUMBER = r"\d{9}"
PHONE = r"(\+?84|0)[35789]\d{8}"
E_MAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"

# a label is a word or two: a number, a day or an address in its place is a value
VALUE = "|".join((DATE, TIME, NUMBER, PHONE, E_MAIL))


def matches(pattern: str) -> str:
    """SQL condition: the whole text has the form."""
    return f"regexp_full_match(x, '{pattern}')"


def is_day() -> str:
    """SQL condition: day first or ISO, and a day of the calendar."""
    return f"""(
        {matches(DATE)} and coalesce(
            try_strptime(regexp_replace(x, '[.-]', '/', 'g'), ['%d/%m/%Y', '%d/%m/%y', '%Y/%m/%d', '%Y%m%d']),
            try_cast(x as timestamp)
        ) is not null
    )"""
