"""Make the sample province: sources with known faults, and the ground truth beside them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import random
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ingestion.sample import (
    civil_status,
    decentralisation,
    enterprises,
    land,
    one_stop_faults,
    one_stop_files,
    one_stop_steps,
    publications,
    reference_files,
    satisfaction,
    social_assistance,
    targets,
)
from ingestion.sample.clock import months_before
from ingestion.sample.cook import RESULTS, cook
from ingestion.sample.dossier_faults import Planter
from ingestion.sample.dossiers import MONTHS, REGISTER_SHARE, Dossier, DossierMaker
from ingestion.sample.habits import draw_habits
from ingestion.sample.issued_results import issued_results
from ingestion.sample.province import PROCEDURES, read_province
from ingestion.sample.recipe import FOLDER, read_recipes
from ingestion.sample.tables import Context, write_database
from ingestion.sample.truth import GroundTruth
from warehouse.errors import SettingsError
from warehouse.profile import Profile

FOLDERS = ("one_stop", "sectors", "reference")
SUMMARY = "sample.json"
SILENT = 2
# rows of the sector tables for one dossier
SHARES = {"births": 0.15, "deaths": 0.1, "parcels": 0.2, "enterprises": 0.1, "recipients": 0.1}
LAND_PROCEDURE = "1.012783"
MINIMUM_ROWS = 1500
# from this day there are two levels of administration
DISTRICTS_END = dt.date(2025, 7, 1)


@dataclass(frozen=True)
class SampleSummary:
    """What a sample holds.

    `rows` is the number of data rows a source file set has per dataset; `kept`, `repeated` and
    `quarantined` say what staging should make of them; `faults` counts ground-truth lines per
    `dataset.rule_id`; `created` is false when an equal sample was there already.
    """

    folder: Path
    files: tuple[str, ...]
    rows: dict[str, int]
    kept: dict[str, int]
    repeated: dict[str, int]
    quarantined: dict[str, int]
    faults: dict[str, int]
    created: bool


def make_sample(folder: Path, profile: Profile, *, rows: int = 20_000, seed: int = 72, as_of: dt.date) -> SampleSummary:
    """Write the sample of a province to `folder`, with `rows` dossiers of the ten months before `as_of`.

    The same arguments give the same bytes; a sample made with them before is left as it is. The
    folder appears whole or not at all. Raises SettingsError when `rows` is too small to plant
    every fault, or when the ten months leave the time in which the profile's communes were in force.
    """
    if rows < MINIMUM_ROWS:
        raise SettingsError(
            wanted=f"at least {MINIMUM_ROWS} dossiers, to plant every fault",
            found=str(rows),
            where="sample province",
            action="Ask for more rows.",
        )
    _refuse_other_times(profile, as_of)
    made_from = {
        "profile": profile.id,
        "rows": rows,
        "seed": seed,
        "as_of": as_of.isoformat(),
        "generator": _generator(profile),
    }
    there = _read(folder)
    if there is not None and there["made_from"] == made_from:
        return _summary(folder, there, created=False)
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    for name in FOLDERS:
        (beside / name).mkdir(parents=True)
    try:
        content = {"made_from": made_from, **_write(beside, profile, rows, seed, as_of)}
        (beside / SUMMARY).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        _swap(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return _summary(folder, content, created=True)


def _write(folder: Path, profile: Profile, rows: int, seed: int, as_of: dt.date) -> dict[str, object]:
    truth = GroundTruth()
    province = read_province(profile, _chance(seed, "province"))
    rng = _chance(seed, "one-stop")
    silent = sorted(c.code for c in rng.sample([c for c in province.communes if c != province.zero], SILENT))
    habits = draw_habits(province, _chance(seed, "habits"))
    maker = DossierMaker(province, profile, as_of, rng, frozenset([*silent, province.zero.code]), habits)
    listed, files = _one_stop(folder, maker, rows, truth, silent)
    context = Context(province, as_of, maker.months, maker.clock, maker.people, _chance(seed, "sectors"), truth)
    files += _sectors(folder, context, rows, maker, listed, seed)
    files.append(reference_files.write_agencies(folder, province, truth))
    files.append(reference_files.write_inventory(folder, truth))
    files.append(satisfaction.write_ratings(folder, maker, listed, truth, _chance(seed, satisfaction.RATINGS)))
    files.append(publications.write_publications(folder, context, _chance(seed, publications.PUBLICATIONS)))
    files.append(decentralisation.write_decentralised(folder, context, _chance(seed, decentralisation.DECENTRALISED)))
    files.append(targets.write_targets(folder, context, _chance(seed, targets.TARGETS)))
    truth.write(folder)
    return {
        "files": sorted([*files, "accounting.csv", "ground_truth.csv"]),
        "totals": {dataset: asdict(total) for dataset, total in sorted(truth.totals.items())},
        "faults": truth.faults_by_rule(),
    }


def _one_stop(
    folder: Path, maker: DossierMaker, rows: int, truth: GroundTruth, silent: list[str]
) -> tuple[list[Dossier], list[str]]:
    """The two exports. A few dossiers are in both: the list, which knows more, comes first."""
    count = max(3, rows * 12 // 10_000)
    in_register = int(rows * REGISTER_SHARE)
    # the twins of A8 are made besides
    listed = maker.listed(rows - in_register - count)
    planter = Planter(maker, listed, truth, maker.rng, count)
    planter.plant_all()
    one_stop_faults.plant_list_faults(planter, maker.province, silent)
    registered = maker.registered(in_register)
    one_stop_faults.plant_register_faults(maker, registered, truth, maker.rng, max(count // 4, 2))
    both = planter.take(
        count,
        lambda d: d.status == 10 and d.first_month == d.last_month and d.agency.level == "commune" and not d.rounds,
    )
    registered += [replace(d, literal={"text_dates": ""}) for d in both]
    listed.sort(key=lambda d: (d.submitted_at, d.agency.code, d.code))
    registered.sort(key=lambda d: (d.submitted_at, d.agency.code, d.code))
    files = one_stop_files.write_list(folder, maker, listed, truth)
    files += one_stop_files.write_register(folder, maker, registered, truth, maker.rng)
    files += one_stop_steps.write_steps(folder, maker, listed, truth)
    return listed, files


def _sectors(
    folder: Path, context: Context, rows: int, maker: DossierMaker, listed: list[Dossier], seed: int
) -> list[str]:
    land_dossiers = [d for d in listed if d.procedure.code == LAND_PROCEDURE and not d.faulty and not d.deleted_at]
    wanted = {dataset: int(rows * share) for dataset, share in SHARES.items()}
    births, births_expected = civil_status.make_births(context, wanted["births"])
    deaths = civil_status.make_deaths(context, wanted["deaths"])
    parcels = land.make_parcels(context, wanted["parcels"], land_dossiers)
    firms, firms_expected = enterprises.make_enterprises(context, wanted["enterprises"])
    recipients, recipients_expected = social_assistance.make_recipients(context, wanted["recipients"], deaths)
    databases = {
        civil_status.SOURCE: [births, deaths],
        land.SOURCE: [parcels],
        enterprises.SOURCE: [firms],
        social_assistance.SOURCE: [recipients],
    }
    for name, tables in databases.items():
        write_database(folder / name, tables)
    made = {table.dataset: table for tables in databases.values() for table in tables}
    made[RESULTS] = issued_results(context, maker, listed)
    cooked = cook(folder, context, read_recipes(), rows, lambda part: _chance(seed, part), made)
    return [
        *databases,
        *cooked.files,
        reference_files.write_control_totals(
            folder, context, births_expected, firms_expected, recipients_expected, cooked.totals
        ),
        reference_files.write_zero_declarations(folder, context, cooked.declared),
    ]


def _refuse_other_times(profile: Profile, as_of: dt.date) -> None:
    """The clean rows carry the profile's commune codes, which must be in force on every one of their days."""
    first = months_before(as_of, MONTHS)[0][0]
    if first < profile.valid_on or (profile.has_districts and as_of >= DISTRICTS_END):
        raise SettingsError(
            wanted=f"ten months in which the communes of profile {profile.id} were in force",
            found=f"{first:%d/%m/%Y} to {as_of:%d/%m/%Y}",
            where="sample province",
            action="Choose another day with KHO_AS_OF, or another profile.",
        )


def _chance(seed: int, part: str) -> random.Random:
    """Chance of its own for a part, so that a change in one leaves the others as they are."""
    return random.Random(f"{seed} {part}")  # noqa: S311 - invented data, nothing secret


def _swap(beside: Path, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    old = folder.with_name(f".{folder.name}.old.{os.getpid()}")
    if folder.exists():
        folder.rename(old)
    beside.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _read(folder: Path) -> dict[str, object] | None:
    try:
        content = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or not all((folder / name).is_file() for name in content.get("files", ["?"])):
        return None
    return content


def _generator(profile: Profile) -> str:
    """Changes when the generator, its recipes, its procedures or the profile do."""
    digest = hashlib.sha256(profile.model_dump_json().encode())
    for path in [*sorted(Path(__file__).parent.glob("*.py")), *sorted(FOLDER.glob("*.yml")), PROCEDURES]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _summary(folder: Path, content: dict[str, object], *, created: bool) -> SampleSummary:
    totals: dict[str, dict[str, int]] = content["totals"]  # type: ignore[assignment]
    return SampleSummary(
        folder=folder,
        files=tuple(content["files"]),  # type: ignore[arg-type]
        rows={dataset: sum(total.values()) for dataset, total in totals.items()},
        kept={dataset: total["kept"] for dataset, total in totals.items()},
        repeated={dataset: total["repeated"] for dataset, total in totals.items()},
        quarantined={dataset: total["quarantined"] for dataset, total in totals.items()},
        faults=content["faults"],  # type: ignore[arg-type]
        created=created,
    )
