"""People and enterprises that cannot exist: names by chance, numbers nobody was ever given."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, replace

from stdnum.vn import mst

FAMILY = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Huỳnh",
    "Phan",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Bríu",
    "Alăng",
    "Zơrâm",
)
MIDDLE = {0: ("Văn", "Hữu", "Đức", "Quốc", "Minh"), 1: ("Thị", "Ngọc", "Thu", "Thanh", "Kim")}
GIVEN = {
    0: ("An", "Bình", "Cường", "Dũng", "Hải", "Hùng", "Khoa", "Long", "Nam", "Phúc", "Sơn", "Tuấn", "Vinh"),
    1: ("Anh", "Bích", "Chi", "Diệp", "Hà", "Hương", "Lan", "Mai", "Nga", "Oanh", "Quỳnh", "Thảo", "Yến"),
}
# TT 59/2021/TT-BCA gives no province and no country the prefixes 000 and 003
PREFIXES = ("000", "003")
# no tax office hands out numbers that begin with 99
TAX_PREFIX = "99"


@dataclass(frozen=True)
class Person:
    """An invented person; `sex` is 0 for male and 1 for female, `number` has 12 digits."""

    name: str
    sex: int
    born_on: dt.date
    number: str

    @property
    def sex_text(self) -> str:
        """Sex as the registers write it."""
        return ("Nam", "Nữ")[self.sex]


class People:
    """Hands out people and tax numbers; no number comes twice."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.serial = rng.randrange(1_000_000)
        self.tax_serial = rng.randrange(1_000_000)

    def person(self, born_on: dt.date) -> Person:
        """Somebody born that day, with a number that agrees with sex and year of birth."""
        sex = self.rng.randrange(2)
        name = f"{self.rng.choice(FAMILY)} {self.rng.choice(MIDDLE[sex])} {self.rng.choice(GIVEN[sex])}"
        return Person(name, sex, born_on, self.number(sex, born_on))

    def number(self, sex: int, born_on: dt.date) -> str:
        """A citizen number that is well formed, consistent and never issued."""
        self.serial = (self.serial + 7_919) % 1_000_000
        century = sex + 2 * (born_on.year // 100 - 19)
        return f"{self.rng.choice(PREFIXES)}{century}{born_on.year % 100:02d}{self.serial:06d}"

    def adult(self, on: dt.date) -> Person:
        """Somebody between 18 and 90 years old on a day."""
        return self.person(on - dt.timedelta(days=self.rng.randrange(18 * 366, 90 * 365)))

    def old_card(self) -> str:
        """Nine digits in the form of an identity card; no card number begins with 000."""
        self.serial = (self.serial + 7_919) % 1_000_000
        return f"000{self.serial:06d}"

    def tax_number(self) -> str:
        """Ten digits with a right check digit."""
        while True:
            self.tax_serial += 1
            body = f"{TAX_PREFIX}{self.tax_serial % 10_000_000:07d}"
            digit = mst.calc_check_digit(body)
            if len(digit) == 1:
                return body + digit


def other_year(person: Person) -> Person:
    """The same person with a number that speaks of another year of birth."""
    year = (int(person.number[4:6]) + 37) % 100
    return replace(person, number=f"{person.number[:4]}{year:02d}{person.number[6:]}")


def lost_zero(person: Person) -> str:
    """The number as a spreadsheet keeps it; of prefix 003, so that ten digits are left."""
    return f"003{person.number[3:]}".lstrip("0")


def wrong_check_digit(number: str) -> str:
    """A tax number whose last digit is wrong."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)
