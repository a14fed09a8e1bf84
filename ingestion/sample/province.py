"""The province of the sample: real communes, invented agencies, procedures of the seed."""

from __future__ import annotations

import csv
import importlib.util
import random
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import SettingsError
from warehouse.profile import Profile
from warehouse.settings import PROJECT_ROOT

PROCEDURES = PROJECT_ROOT / "dbt_project" / "seeds" / "procedure_facts.csv"
# shares of a commune's activity by its type: people live closer together in a ward
TYPE_WEIGHT = {"Phường": 3.0, "Thị trấn": 2.0, "Xã": 1.0, "Đặc khu": 0.1}
DEPARTMENTS = (
    "Trung tâm Phục vụ hành chính công",
    "Sở Tư pháp",
    "Sở Nông nghiệp và Môi trường",
    "Sở Tài chính",
    "Sở Y tế",
    "Sở Nội vụ",
    "Sở Khoa học và Công nghệ",
    "Sở Xây dựng",
)


@dataclass(frozen=True)
class Commune:
    """A unit of the lowest level in the generation that the profile lives in."""

    code: str
    name: str
    district_code: str | None
    district_name: str | None
    weight: float
    former_province: str


@dataclass(frozen=True)
class Agency:
    """An agency that receives dossiers.

    The code follows the scheme Hnn.x of QĐ 20/2020/QĐ-TTg; the numbers in it are examples.
    """

    code: str
    name: str
    parent_code: str
    level: str
    commune_code: str | None


@dataclass(frozen=True)
class Procedure:
    """One row of the seed `procedure_facts`."""

    code: str
    name: str
    field_name: str
    level: str
    duration_hours: int
    has_result: bool
    service_level: int
    fee: int

    @property
    def days(self) -> int:
        """Whole working days to settle; 0 means by the end of the day."""
        return self.duration_hours // 8


@dataclass(frozen=True)
class Province:
    """Who is where in the sample."""

    name: str
    communes: tuple[Commune, ...]
    zero: Commune
    agencies: tuple[Agency, ...]
    one_stop_of: dict[str, Agency]
    departments: tuple[Agency, ...]
    procedures: tuple[Procedure, ...]
    foreign_codes: tuple[str, ...]


def read_province(profile: Profile, rng: random.Random) -> Province:
    """Communes, agencies and procedures for a profile.

    `zero` is the commune that declares that nothing happened there; `foreign_codes` are unit codes
    that are not in force as a commune: those before 01/7/2025, or districts where there are districts.
    Raises SettingsError when the package knows no commune of the profile's province.
    """
    with sqlite3.connect(f"file:{_units_file()}?mode=ro", uri=True) as units:
        communes = _communes(units, profile, rng)
        old = _foreign_codes(units, profile)
    if not communes:
        raise SettingsError(
            wanted="communes of the profile's province",
            found=f"none for province {profile.province_code}",
            where=f"profile {profile.id}",
            action="Correct province_code and has_districts.",
        )
    zero = min(communes, key=lambda c: (c.weight, c.code))
    agencies = _agencies(profile, communes)
    return Province(
        name=profile.name,
        communes=communes,
        zero=zero,
        agencies=agencies,
        one_stop_of={a.commune_code: a for a in agencies if a.commune_code},
        departments=tuple(a for a in agencies if a.level == "province"),
        procedures=read_procedures(),
        foreign_codes=old,
    )


def read_procedures() -> tuple[Procedure, ...]:
    """The procedures of the seed, in its order."""
    with PROCEDURES.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Procedure(
                code=row["procedure_code"],
                name=row["procedure_name"],
                field_name=row["field_name"],
                level=row["level"],
                duration_hours=int(row["duration_hours"]),
                has_result=row["has_result"] == "true",
                service_level=int(row["service_level"]),
                fee=int(row["fee_amount"]),
            )
            for row in csv.DictReader(lines)
        )


def _units_file() -> Path:
    found = importlib.util.find_spec("vietnamadminunits")
    if found is None or found.origin is None:
        raise SettingsError(
            wanted="the list of administrative units",
            found="package vietnamadminunits is not installed",
            where="sample province",
            action="Install kho with its dependencies.",
        )
    return Path(found.origin).parent / "data" / "dataset.db"


def _communes(units: sqlite3.Connection, profile: Profile, rng: random.Random) -> tuple[Commune, ...]:
    only = " where provinceCode = ? and wardCode is not null order by wardCode"
    former = dict(units.execute("select wardCode, provinceCode from admin_units_legacy"))
    if profile.has_districts:
        query = "select wardCode, ward, wardType, districtCode, district from admin_units_legacy"
    else:
        query = "select wardCode, ward, wardType, null, null from admin_units"
    return tuple(
        Commune(
            code=code,
            name=name,
            district_code=district_code,
            district_name=district,
            weight=TYPE_WEIGHT.get(kind, 1.0) * rng.lognormvariate(0, 0.4),
            former_province=former.get(code, profile.province_code),
        )
        for code, name, kind, district_code, district in units.execute(query + only, [profile.province_code])
    )


def _foreign_codes(units: sqlite3.Connection, profile: Profile) -> tuple[str, ...]:
    if profile.has_districts:
        query = "select distinct districtCode from admin_units_legacy where provinceCode = ? order by districtCode"
        return tuple(code for (code,) in units.execute(query, [profile.province_code]))
    query = (
        "select distinct wardCode from admin_units_legacy where provinceCode in ("
        "  select old.provinceCode from admin_units_legacy as old join admin_units as new using (wardCode)"
        "  where new.provinceCode = ?)"
        " and wardCode not in (select wardCode from admin_units where wardCode is not null) order by 1"
    )
    return tuple(code for (code,) in units.execute(query, [profile.province_code]))


def _agencies(profile: Profile, communes: tuple[Commune, ...]) -> tuple[Agency, ...]:
    root = profile.agency_prefix
    found = [Agency(root, f"UBND {profile.name}", "", "province", None)]
    found += [Agency(f"{root}.{n}", name, root, "province", None) for n, name in enumerate(DEPARTMENTS, start=1)]
    if not profile.has_districts:
        found += [
            Agency(f"{root}.{100 + n}", f"UBND {c.name}", root, "commune", c.code)
            for n, c in enumerate(communes, start=1)
        ]
        return tuple(found)
    districts = sorted({(c.district_code or "", c.district_name or "") for c in communes})
    for number, (district_code, district) in enumerate(districts, start=20):
        found.append(Agency(f"{root}.{number}", f"UBND {district}", root, "district", None))
        inside = [c for c in communes if c.district_code == district_code]
        # no parent code: it follows from the dots of the code
        found += [
            Agency(f"{root}.{number}.{n}", f"UBND {c.name}, {district}", "", "commune", c.code)
            for n, c in enumerate(inside, start=1)
        ]
    return tuple(found)
