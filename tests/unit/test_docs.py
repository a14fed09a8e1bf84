"""What people are told must be so: verbs, settings and decisions."""

import re
from pathlib import Path

import pytest

from warehouse.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
DECISIONS = sorted((PROJECT / "docs" / "adr").glob("*.md"))
SETTINGS = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")


def make_verbs() -> dict[str, str]:
    """Verb -> its line of help."""
    text = (PROJECT / "Makefile").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z]+):.*?## (.+)$", text, re.MULTILINE))


def table_rows(text: str) -> dict[str, list[str]]:
    """First cell -> the others, of rows whose first cell is one code word."""
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", text, re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split(" | ")] for name, rest in rows}


def test_every_make_target_that_can_be_typed_has_a_line_of_help() -> None:
    text = (PROJECT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert set(phony.split()) == set(make_verbs())
    assert {"run", "test", "ui", "lint", "bench", "docs", "clean", "help"} <= set(make_verbs())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_make_verb_that_a_page_names_exists(page: Path) -> None:
    named = set(re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8")))
    assert named <= set(make_verbs())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_file_that_a_page_links_to_exists(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_every_setting_is_described_and_nothing_else_is() -> None:
    described = table_rows(SETTINGS.split("## The data home")[0])
    assert set(described) == {f"KHO_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("name", ["profile", "environment", "mail_from", "portal_url"])
def test_the_default_in_the_page_is_the_default_in_the_code(name: str) -> None:
    assert table_rows(SETTINGS)[f"KHO_{name.upper()}"][0] == f"`{Settings.model_fields[name].default}`"


def test_every_test_variable_is_described() -> None:
    used = {
        name
        for file in [*(PROJECT / "tests").rglob("*.py"), PROJECT / ".ci" / "run"]
        for name in re.findall(r"\bKHO_(?:REQUIRE|TEST|SHARED)_[A-Z]+\b", file.read_text(encoding="utf-8"))
    }
    assert used == set(table_rows(SETTINGS.split("## For tests only")[1]))


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.stem)
def test_every_decision_says_why_what_and_what_follows(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert text.startswith(f"# {decision.stem[:3]}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Motivation", "Decision", "Consequences"]
    assert all(part.strip() for part in re.split(r"^## .+$", text, flags=re.MULTILINE))


def test_decisions_are_numbered_without_gaps() -> None:
    assert [decision.stem[:3] for decision in DECISIONS] == [f"{n:03}" for n in range(1, len(DECISIONS) + 1)]


def test_the_glossary_leads_both_ways_to_words_of_the_code() -> None:
    there, back = (PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8").split("## English to Vietnamese")
    assert "## Vietnamese to English" in there
    for text in (there, back):
        rows = [line for line in text.splitlines() if line.startswith("| ")]
        assert len(rows) > 30
        assert all(all(cell.strip() for cell in row.strip("|").split("|")) for row in rows)
