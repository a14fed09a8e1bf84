"""Draw the values of a row, as a recipe says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ingestion.sample.people import lost_zero, other_year
from ingestion.sample.recipe import Draw, Where
from ingestion.sample.tables import Context, Record, Table
from warehouse.errors import SettingsError

Values = Mapping[str, Any]


def matches(row: Mapping[str, Any], where: Where) -> bool:
    """Whether a row has one of the texts asked for in each column."""
    return all(row[column] in ([texts] if isinstance(texts, str) else texts) for column, texts in where.items())


class Nothing:
    """A value that is not there: an empty text in every format."""

    def __format__(self, spec: str) -> str:
        return ""

    def __str__(self) -> str:
        return ""


class Drawer:
    """Draws values for the rows of one dataset; `tables` are the datasets it may draw rows of."""

    def __init__(self, context: Context, tables: Mapping[str, Table], dataset: str) -> None:
        self.context, self.tables, self.dataset = context, tables, dataset
        self._rows: dict[str, list[Record]] = {}

    def draw(self, draw: Draw, values: Values) -> Any:
        """One value; `values` are those the row has so far. Raises SettingsError when no row is left to draw."""
        return getattr(self, f"_{draw.kind}")(draw, values) if matches(values, draw.when) else Nothing()

    def _choice(self, draw: Draw, _: Values) -> Any:
        if isinstance(draw.choice, dict):
            return self.context.rng.choices(list(draw.choice), list(draw.choice.values()))[0]
        return self.context.rng.choice(draw.choice or [])

    def _day(self, draw: Draw, values: Values) -> dt.date:
        first, last = draw.day or (0, 0)
        day: dt.date = values[draw.after] + dt.timedelta(days=self.context.rng.randint(first, last))
        return min(day, values[draw.before]) if draw.before else day

    def _whole(self, draw: Draw, _: Values) -> int:
        first, last = draw.whole or (0, 0)
        return self.context.rng.randrange(first, last + 1, draw.step)

    def _decimal(self, draw: Draw, _: Values) -> float:
        first, last = draw.decimal or (0, 0)
        return round(self.context.rng.uniform(first, last), draw.digits)

    def _person(self, draw: Draw, values: Values) -> Any:
        youngest, oldest = draw.person or (0, 0)
        days = self.context.rng.randint(youngest * 366, oldest * 365)
        return self.context.people.person(values[draw.after] - dt.timedelta(days=days))

    def _other_year(self, draw: Draw, values: Values) -> str:
        return other_year(values[draw.other_year or ""]).number

    def _lost_zero(self, draw: Draw, values: Values) -> str:
        return lost_zero(values[draw.lost_zero or ""])

    def _make(self, draw: Draw, _: Values) -> str:
        context = self.context
        if draw.make == "foreign_commune":
            return context.rng.choice(context.province.foreign_codes)
        if draw.make == "agency_code":
            return context.rng.choice(context.province.agencies).code
        return context.people.old_card() if draw.make == "old_card" else context.people.tax_number()

    def _row(self, draw: Draw, _: Values) -> Record | str:
        name = draw.model_dump_json()
        if name not in self._rows:
            found = [r for r in self.tables[draw.row or ""].rows if not r.faulty and matches(r, draw.where)]
            self.context.rng.shuffle(found)
            self._rows[name] = found
        rows = self._rows[name]
        if not rows:
            raise SettingsError(
                wanted=f"another clean row of {draw.row} with {draw.where or 'anything'}",
                found="none is left",
                where=f"sample dataset {self.dataset}",
                action="Ask for more rows, or lower the dataset's share.",
            )
        row = rows.pop() if draw.once else self.context.rng.choice(rows)
        return row[draw.field] if draw.field else row
