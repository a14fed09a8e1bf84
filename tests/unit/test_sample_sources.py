"""Sources of figures in the sample: ratings, publications, decentralised procedures, targets, habits of agencies."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from ingestion.sample import SampleSummary, make_sample
from ingestion.sample.clock import WorkClock
from ingestion.sample.habits import BEHIND as BEHIND_IN
from ingestion.sample.habits import happens
from ingestion.sample.province import PROCEDURES
from ingestion.sample.publications import (
    BEFORE_EFFECTIVE,
    INCOMPLETE_PARTS,
    LATE_DECISION,
    LATE_PUBLICATION,
    PARTS,
    TO_PUBLIC,
)
from warehouse.periods import parse_period
from warehouse.profile import load_profile

PLACES = [("da_nang_2025", dt.date(2026, 11, 2)), ("quang_nam_2024", dt.date(2025, 3, 3))]
# the codes that the register of indicators has
INDICATORS = {
    "input_digitised", "result_digitised", "fully_digitised", "online_filing", "online_payment", "input_reused",
    "settled_on_time", "satisfaction",
}  # fmt: skip
Rows = list[dict[str, str]]


@pytest.fixture(scope="module", params=PLACES, ids=[profile for profile, _ in PLACES])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[SampleSummary, dt.date]:
    """A sample of each profile, and its as-of day."""
    profile, as_of = request.param
    folder = tmp_path_factory.mktemp(profile) / "sample"
    return make_sample(folder, load_profile(profile), rows=3_000, seed=72, as_of=as_of), as_of


@pytest.fixture(scope="module")
def made(place: tuple[SampleSummary, dt.date]) -> SampleSummary:
    return place[0]


@pytest.fixture(scope="module")
def truth(made: SampleSummary) -> Rows:
    return _csv(made.folder / "ground_truth.csv")


@pytest.fixture(scope="module")
def dossiers(made: SampleSummary) -> dict[str, dict[str, str]]:
    """The last state of every dossier of the list."""
    rows = [row for path in sorted(made.folder.glob("one_stop/*.csv")) for row in _csv(path)]
    return {row["Mã hồ sơ"]: row for row in rows if row["Mã hồ sơ"]}


def test_some_communes_are_far_behind_and_the_others_are_not(dossiers: dict[str, dict[str, str]]) -> None:
    digitised = defaultdict(list)
    for row in dossiers.values():
        if row["Đơn vị tiếp nhận"].startswith("UBND"):
            digitised[row["Mã xã địa bàn"]].append(row["Số hóa đầu vào"] == "Có")
    shares = sorted(sum(values) / len(values) for values in digitised.values() if len(values) >= 10)
    assert len(shares) > BEHIND_IN
    assert shares[0] < 0.6 and shares[len(shares) // 2] > 0.8
    assert shares[-1] > 0.9


def test_what_is_reused_was_digitised_and_what_is_paid_online_was_filed_online(
    dossiers: dict[str, dict[str, str]],
) -> None:
    rows = list(dossiers.values())
    reused = [row for row in rows if row["Tái sử dụng dữ liệu"] == "Có"]
    stored = [row for row in rows if row["Lấy từ kho dữ liệu quốc gia"] == "Có"]
    paid = [row for row in rows if row["Thanh toán trực tuyến"] == "Có"]
    assert 0 < len(stored) < len(reused) < len(rows) / 2
    assert {row["Số hóa đầu vào"] for row in reused} == {"Có"}
    assert {row["Tái sử dụng dữ liệu"] for row in stored} == {"Có"}
    # a channel may be spoiled, too
    assert {row["Kênh thực hiện"] for row in paid} - {""} == {"Trực tuyến"}
    online = [row for row in rows if row["Kênh thực hiện"] == "Trực tuyến" and row["Phí lệ phí"] not in ("0", "-50000")]
    assert 0.3 < len(paid) / len(online) < 0.9
    assert {row["Đồng bộ Cổng DVCQG"] for row in rows if not row["Ngày nhận"]} == {"Không"}
    assert Counter(row["Đồng bộ Cổng DVCQG"] for row in rows)["Có"] > 0.8 * len(rows)


def test_a_habit_gives_a_dossier_the_same_answer_every_time_and_habits_do_not_depend_on_each_other() -> None:
    codes = [f"H17.101-260105-{n:04d}" for n in range(4_000)]
    first = [happens(code, "input", 0.5) for code in codes]
    assert first == [happens(code, "input", 0.5) for code in codes]
    assert 0.47 < sum(first) / len(codes) < 0.53
    both = sum(happens(code, "result", 0.5) and other for code, other in zip(codes, first, strict=True))
    assert 0.22 < both / len(codes) < 0.28
    assert not any(happens(code, "input", 0.0) for code in codes)


def test_ratings_are_of_results_that_were_handed_over(
    made: SampleSummary, dossiers: dict[str, dict[str, str]], truth: Rows
) -> None:
    rows = _csv(made.folder / "one_stop" / "ratings" / "danh_gia_hai_long.csv")
    spoiled = {line["row_key"] for line in truth if line["dataset"] == "satisfaction_ratings"}
    clean = [row for row in rows if row["Mã đánh giá"] not in spoiled]
    assert len(rows) == len({row["Mã đánh giá"] for row in rows})
    assert 0.15 < len(rows) / len(dossiers) < 0.4
    of_dossiers = [row for row in clean if row["Mã hồ sơ"]]
    assert 0 < len(clean) - len(of_dossiers) < 0.1 * len(clean)
    for row in of_dossiers:
        dossier = dossiers[row["Mã hồ sơ"]]
        assert _time(row["Thời gian đánh giá"]) >= _time(dossier["Ngày trả"])
    found = Counter(row["Mức đánh giá"] for row in clean)
    assert set(found) == {"Rất hài lòng", "Hài lòng", "Không hài lòng"}
    assert 0.02 < found["Không hài lòng"] / len(clean) < 0.15


def test_each_fault_of_a_rating_is_what_the_ground_truth_says(
    made: SampleSummary, dossiers: dict[str, dict[str, str]], truth: Rows
) -> None:
    rows = _csv(made.folder / "one_stop" / "ratings" / "danh_gia_hai_long.csv")
    planted = {line["row_key"]: line["rule_id"] for line in truth if line["dataset"] == "satisfaction_ratings"}
    found = {}
    for row in rows:
        dossier = dossiers.get(row["Mã hồ sơ"])
        if row["Mã hồ sơ"] and dossier is None:
            found[row["Mã đánh giá"]] = "satisfaction_dossier_unknown"
        elif not row["Thời gian đánh giá"]:
            found[row["Mã đánh giá"]] = "satisfaction_rated_at_missing"
        elif dossier and _time(row["Thời gian đánh giá"]) < _time(dossier["Ngày nhận"]):
            found[row["Mã đánh giá"]] = "satisfaction_rated_before_reception"
        elif row["Mức đánh giá"] == "Bình thường":
            found[row["Mã đánh giá"]] = "satisfaction_rating_unknown"
    assert found == planted
    assert len(Counter(planted.values())) == 4 and min(Counter(planted.values()).values()) >= 2


def test_every_procedure_has_a_decision_and_the_late_ones_are_those_that_were_planted(
    place: tuple[SampleSummary, dt.date], truth: Rows
) -> None:
    made, as_of = place
    rows = _csv(made.folder / "reference" / "procedure_publications.csv")
    codes = {row["procedure_code"] for row in _csv(PROCEDURES)}
    assert len([code for code in {row["Mã TTHC"] for row in rows} - {""} if code not in codes]) == 3
    assert Counter(row["Cấp công bố"] == "Bộ" for row in rows)[True] == len(codes) == 25
    assert all(re.fullmatch(r"Quyết định mẫu \d\d/\d{4}", row["Số quyết định công bố"]) for row in rows)
    assert {day.date() for row in rows for day in _days(row)} <= {as_of - dt.timedelta(days=n) for n in range(-90, 400)}
    clock = WorkClock(load_profile("da_nang_2025"), dt.date(2024, 1, 1), dt.date(2027, 12, 31))
    found = set()
    for row in rows:
        issuer = "ministry" if row["Cấp công bố"] == "Bộ" else "province"
        key = f"{row['Mã TTHC']}|{row['Số quyết định công bố']}"
        if not row["Mã TTHC"] or not row["Ngày quyết định"]:
            continue
        decided = _time(row["Ngày quyết định"]).date()
        effective = _time(row["Ngày văn bản QPPL có hiệu lực"]).date()
        before = clock.count(decided, effective) if effective > decided else 0
        if before < BEFORE_EFFECTIVE[issuer]:
            found.add((LATE_DECISION, key))
        public = row["Ngày công khai"]
        if not public or clock.count(decided, _time(public).date()) > TO_PUBLIC[issuer]:
            found.add((LATE_PUBLICATION, key))
        if int(row["Số bộ phận công khai"]) < PARTS:
            found.add((INCOMPLETE_PARTS, key))
    behind = (LATE_DECISION, LATE_PUBLICATION, INCOMPLETE_PARTS)
    planted = {(line["rule_id"], line["row_key"]) for line in truth if line["rule_id"] in behind}
    assert found == planted
    assert Counter(what for what, _ in planted) == {LATE_DECISION: 6, LATE_PUBLICATION: 6, INCOMPLETE_PARTS: 6}


def test_a_procedure_is_handed_to_a_lower_level_by_an_invented_document(made: SampleSummary) -> None:
    rows = _csv(made.folder / "reference" / "decentralised_procedures.csv")
    assert 3 <= len(rows) <= 5 and len({row["Mã TTHC"] for row in rows}) == len(rows)
    assert {row["Mã TTHC"] for row in rows} <= {
        row["procedure_code"] for row in _csv(PROCEDURES) if row["level"] == "province"
    }
    assert {bool(re.fullmatch(r"(Nghị quyết mẫu .*)?", row["Văn bản phân cấp"])) for row in rows} == {True}
    assert all(row["Cấp giải quyết trước"] == "Cấp tỉnh" for row in rows)


def test_the_province_has_every_target_and_each_commune_a_rising_roadmap(made: SampleSummary, truth: Rows) -> None:
    rows = _csv(made.folder / "reference" / "targets.csv")
    spoiled = {int(line["row_key"].split("|")[1]) for line in truth if line["dataset"] == "targets"}
    assert len(spoiled) == 5
    clean = [row for number, row in enumerate(rows, start=2) if number not in spoiled]
    assert {row["Mã chỉ số"] for row in clean if not row["Mã đơn vị"]} == INDICATORS
    assert all(parse_period(row["Kỳ"]).code == row["Kỳ"] for row in clean)
    assert all(0 < float(row["Chỉ tiêu"].replace(",", ".")) <= 100 for row in clean)
    assert all(row["Văn bản giao chỉ tiêu"].startswith("Kế hoạch mẫu") for row in clean)
    assert len({(row["Mã chỉ số"], row["Mã đơn vị"], row["Kỳ"]) for row in clean}) == len(clean)
    communes = {row["Mã xã"] for row in _csv(made.folder / "reference" / "agencies.csv")} - {""}
    roadmaps = defaultdict(list)
    for row in clean:
        if row["Mã đơn vị"] in communes:
            assert row["Mã chỉ số"] == "input_digitised"
            roadmaps[row["Mã đơn vị"], row["Kỳ"][:4]].append((row["Kỳ"], float(row["Chỉ tiêu"].replace(",", "."))))
    assert {code for code, _ in roadmaps} == communes
    for (_, year), steps in roadmaps.items():
        assert [period for period, _ in sorted(steps)] == [f"{year}-Q{n}" for n in range(1, 5)]
        assert [value for _, value in sorted(steps)] == sorted({value for _, value in steps})


def _csv(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _time(text: str) -> dt.datetime:
    day, _, clock = text.partition(" ")
    return dt.datetime.fromisoformat("-".join(reversed(day.split("/"))) + " " + (clock or "00:00:00"))


def _days(row: dict[str, str]) -> list[dt.datetime]:
    return [_time(text) for name, text in row.items() if name.startswith("Ngày") and text]
