"""What a province may say in its profile about days and agencies."""

from __future__ import annotations

import re

import pytest

from warehouse.errors import SettingsError
from warehouse.profile import Profile, load_profile
from warehouse.settings import PROJECT_ROOT

SHIPPED = PROJECT_ROOT / "warehouse" / "profiles" / "da_nang_2025.yml"
PAGE = PROJECT_ROOT / "docs" / "reference-data.md"
RANGE = "title: Đợt 1, basis: CV"
CHANGE = "old_name: Sở A, effective_on: 2025-03-01, basis: NQ"


@pytest.fixture
def load(tmp_path):
    """The shipped profile with more in it, read as kho reads it."""

    def read(more: str) -> Profile:
        file = tmp_path / "tinh.yml"
        file.write_text(f"{SHIPPED.read_text(encoding='utf-8')}{more}\n", encoding="utf-8")
        return load_profile(str(file))

    return read


def test_the_lines_that_the_page_shows_are_a_profile(load):
    (block,) = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    profile = load(block)
    assert [override.day_type for override in profile.calendar_overrides] == ["NGHI_LE"]
    assert [change.new_code for change in profile.agency_changes] == ["H17.4"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("calendar_overrides: [{day: 2026-03-30, day_type: NGHI, basis: QĐ}]", "calendar_overrides.0.day_type"),
        ("calendar_overrides: [{day: 2026-03-30, day_type: NGHI_LE, basis: ''}]", "calendar_overrides.0.basis"),
        (
            "calendar_overrides: [{day: 2026-03-30, day_type: NGHI_LE, basis: a},"
            " {day: 2026-03-30, day_type: LAM_BU, basis: b}]",
            "days that are twice under `calendar_overrides`: 30/03/2026",
        ),
        (
            f"agency_changes: [{{{CHANGE}, change: merged}}]",
            "merged of Sở A: new_name is for every change but abolished",
        ),
        (f"agency_changes: [{{{CHANGE}, change: abolished, new_name: Sở B}}]", "abolished of Sở A: new_name is for"),
        (f"agency_changes: [{{{CHANGE}, change: moved, new_name: Sở B}}]", "agency_changes.0.change"),
        ("agency_changes: [{old_name: Sở A, change: abolished, basis: NQ}]", "agency_changes.0.effective_on"),
        (f"reporting_periods: [{{{RANGE}, from: 2026-03-15, to: 2026-03-14}}]", "Đợt 1: `from` is after `to`"),
        (f"reporting_periods: [{{{RANGE}, from: 2025-12-15}}]", "reporting_periods.0.to"),
        ("reporting_periods: [{title: Đợt 1, from: 2025-12-15, to: 2026-03-14}]", "reporting_periods.0.basis"),
        (
            f"reporting_periods: [{{{RANGE}, from: 2025-12-15, to: 2026-03-14}},"
            f" {{{RANGE}, from: 2025-12-15, to: 2026-03-14}}]",
            "ranges that are twice under `reporting_periods`: 15/12/2025 to 14/03/2026",
        ),
    ],
)
def test_what_is_wrong_in_it_is_named(load, wrong, said):
    with pytest.raises(SettingsError) as refused:
        load(wrong)
    assert said in str(refused.value)


def test_a_reporting_period_reaches_the_models_by_its_days(load):
    profile = load(f"reporting_periods: [{{{RANGE}, from: 2025-12-15, to: 2026-03-14}}]")
    assert profile.model_dump(mode="json")["reporting_periods"] == [
        {"title": "Đợt 1", "start": "2025-12-15", "end": "2026-03-14", "basis": "CV"}
    ]


def test_a_profile_that_says_nothing_of_extension_and_forwarding_has_the_assumed_rule(tmp_path):
    kept = [
        line
        for line in SHIPPED.read_text(encoding="utf-8").splitlines()
        if not re.match(r"extension:|forwarding:|  apology_days|  silent_months", line)
    ]
    file = tmp_path / "tinh.yml"
    file.write_text("\n".join(kept), encoding="utf-8")
    profile, shipped = load_profile(str(file)), load_profile("da_nang_2025")
    assert (profile.extension, profile.forwarding) == (shipped.extension, shipped.forwarding)
    assert profile.thresholds == shipped.thresholds


def test_what_no_text_confirms_is_said_to_be_assumed():
    for name in ("da_nang_2025", "quang_nam_2024"):
        assumed = load_profile(name).assumed
        assert {"extension", "forwarding", "thresholds.apology_days", "thresholds.silent_months"} <= set(assumed)


@pytest.mark.parametrize(
    "wrong", ["extension: {count: 2}", "extension: {at_most: a_week}", "forwarding: {restart: true}"]
)
def test_a_rule_that_the_engine_does_not_know_is_refused(tmp_path, wrong):
    kept = re.sub(r"^(extension|forwarding):.*$", "", SHIPPED.read_text(encoding="utf-8"), flags=re.MULTILINE)
    file = tmp_path / "tinh.yml"
    file.write_text(f"{kept}\n{wrong}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=wrong.split(":")[0]):
        load_profile(str(file))
