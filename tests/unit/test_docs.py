"""What people are told must be so: verbs, settings and decisions."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from ingestion.landing import land
from orchestration.cli import app
from warehouse.contract_reader import load_contract
from warehouse.contracts import ROLES
from warehouse.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
DECISIONS = sorted((PROJECT / "docs" / "adr").glob("*.md"))
SETTINGS = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")
COMMANDS = (PROJECT / "docs" / "commands.md").read_text(encoding="utf-8")
CONTRACTS = (PROJECT / "docs" / "contracts.md").read_text(encoding="utf-8")
READMES = (PROJECT / "README.md", PROJECT / "README.vi.md")
EXAMPLES = PROJECT / "docs" / "examples"


def make_verbs() -> dict[str, str]:
    """Verb -> its line of help."""
    text = (PROJECT / "Makefile").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z][a-z0-9-]*):.*?## (.+)$", text, re.MULTILINE))


def table_rows(text: str) -> dict[str, list[str]]:
    """First cell -> the others, of rows whose first cell is one code word."""
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", text, re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split(" | ")] for name, rest in rows}


@cache
def kho_verbs() -> dict[str, set[str]]:
    """Verb, such as "contract check" -> its options."""
    verbs: dict[str, set[str]] = {}

    def visit(command: Any, words: tuple[str, ...]) -> None:
        for name, inner in getattr(command, "commands", {}).items():
            visit(inner, (*words, name))
        if not hasattr(command, "commands"):
            options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
            verbs[" ".join(words)] = options - {"--help"}

    visit(typer.main.get_command(app), ())
    return verbs


def verb_of(line: str) -> str | None:
    """The verb that a typed line such as "contract check FILE" begins with."""
    return next((verb for verb in kho_verbs() if f"{line} ".startswith(f"{verb} ")), None)


def kho_lines(text: str) -> list[str]:
    """What a page lets people type after `kho`, in running text, in blocks and in services."""
    return re.findall(r"(?:`|^ *\$ |/)kho ([a-z][^`\n]*)", text, re.MULTILINE)


def console(text: str) -> list[tuple[str, list[str]]]:
    """Commands of ```console blocks, each with the lines that the page shows below it."""
    found: list[tuple[str, list[str]]] = []
    for indent, block in re.findall(r"^( *)```console\n(.*?)^\1```", text, re.MULTILINE | re.DOTALL):
        for line in textwrap.dedent(block).splitlines() if indent else block.splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            elif line.strip():
                found[-1][1].append(line)
    return found


def shown_checks() -> dict[str, list[str]]:
    """`kho contract check ...` of all pages -> what the pages say that it prints."""
    shown: dict[str, list[str]] = {}
    for page in PAGES:
        for command, output in console(page.read_text(encoding="utf-8")):
            if command.startswith("kho contract check"):
                shown.setdefault(command, []).extend(output)
    return shown


def typed(page: Path) -> set[str]:
    """Every make and kho command that a page names."""
    text = page.read_text(encoding="utf-8")
    return set(re.findall(r"(?:`|^ *\$ )((?:make|kho) [^`\n]+)", text, re.MULTILINE))


def yaml_block(page: Path) -> str:
    """The one contract that a page shows."""
    (block,) = re.findall(r"^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return str(block)


def custom_properties() -> set[str]:
    """Every custom property that the code reads from a contract."""
    read = r"(?:(?:\bcustom|\boptions|properties_of\([\w.]+\))\.get\(\s*|_form\(path, )\"(\w+)\""
    readers = ("contract_reader.py", "contract_loading.py", "contract_server.py", "rules.py")
    files = (PROJECT / "warehouse" / name for name in readers)
    return {name for file in files for name in re.findall(read, file.read_text(encoding="utf-8"))}


def test_every_make_target_that_can_be_typed_has_a_line_of_help() -> None:
    text = (PROJECT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert set(phony.split()) == set(make_verbs())
    assert {"run", "test", "ui", "lint", "bench", "docs", "clean", "help"} <= set(make_verbs())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_make_verb_that_a_page_names_exists(page: Path) -> None:
    named = set(re.findall(r"`make ([a-z][a-z0-9-]*)", page.read_text(encoding="utf-8")))
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_kho_command_that_a_page_names_exists_with_its_options(page: Path) -> None:
    wrong = []
    for line in kho_lines(page.read_text(encoding="utf-8")):
        verb = verb_of(line)
        if verb is None or not set(re.findall(r"--[a-z-]+", line)) <= kho_verbs()[verb]:
            wrong.append(line)
    assert wrong == []


def test_every_kho_verb_is_described_with_all_its_options_and_an_example() -> None:
    sections = re.findall(r"^## `kho ([a-z ]+)`\n(.*?)(?=^## |\Z)", COMMANDS, re.MULTILINE | re.DOTALL)
    assert {verb for verb, _ in sections} == set(kho_verbs())
    for verb, text in sections:
        table = "\n".join(re.findall(r"^\| (`--[^|]*)\|", text, re.MULTILINE))
        assert set(re.findall(r"--[a-z-]+", table)) == kho_verbs()[verb], verb
        assert any(verb_of(command.removeprefix("kho ")) == verb for command, _ in console(text)), verb


@pytest.mark.parametrize("command", shown_checks())
def test_a_contract_check_prints_what_the_pages_say(command: str, tmp_path: Path) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KHO_")}
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *shlex.split(command)[1:]],
        cwd=PROJECT,
        env={**inherited, "KHO_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    printed = done.stdout.splitlines()
    assert [line for line in shown_checks()[command] if line not in printed] == []


def test_the_readmes_check_the_example_contract() -> None:
    checked = [command for command in shown_checks() if "docs/examples/fishing_vessels.yml" in command]
    assert len(checked) == 1
    assert all(checked[0] in page.read_text(encoding="utf-8") for page in READMES)


def test_both_readmes_name_the_same_commands_and_show_the_same_contract_and_pages() -> None:
    english, vietnamese = READMES
    assert typed(english) == typed(vietnamese)
    assert {"make run", "make test", "make ui"} <= typed(english)
    assert yaml_block(english) == yaml_block(vietnamese)
    linked = [set(re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8"))) for page in READMES]
    assert linked[0] - {"README.vi.md"} == linked[1] - {"README.md"}


def test_the_contract_in_the_readme_is_one_and_a_part_of_the_example(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    short_file = tmp_path / "fishing_vessels.yml"
    short_file.write_text(yaml_block(READMES[0]), encoding="utf-8")
    short = load_contract(short_file, settings.province, settings.environment, {})
    whole = load_contract(EXAMPLES / "fishing_vessels.yml", settings.province, settings.environment, {})
    assert (short.id, short.dataset, short.owner) == (whole.id, whole.dataset, whole.owner)
    assert {column.name for column in short.columns} < {column.name for column in whole.columns}
    assert short.rules
    assert all(rule in whole.rules for rule in short.rules)


def test_the_example_lands_every_row_of_its_file(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    for file in EXAMPLES.iterdir():
        shutil.copyfile(file, tmp_path / file.name)
    contract = load_contract(tmp_path / "fishing_vessels.yml", settings.province, settings.environment, {})
    attempt = land(settings, contract)
    lines = (EXAMPLES / "tau_ca.csv").read_text(encoding="utf-8").splitlines()
    assert (attempt.state, attempt.message) == ("landed", None)
    assert attempt.rows_landed == len(lines) - 1 == 10


def test_every_role_is_described_and_nothing_else_is() -> None:
    (row,) = re.findall(r"^\| `role` \| (.+) \|$", CONTRACTS, re.MULTILINE)
    assert tuple(re.findall(r"`([^`]+)`", row)) == ROLES


def test_every_custom_property_is_described_and_nothing_else_is() -> None:
    tables = CONTRACTS.split("## What kho adds, in `customProperties`")[1].split("## Rules")[0]
    (of_rules,) = re.findall(r"custom\s+properties (`howToFix`.+?)\.\n", CONTRACTS, re.DOTALL)
    described = {*table_rows(tables), *re.findall(r"`(\w+)`", of_rules)}
    # described with the fields that they stand under
    of_the_standard = {"driver", "path", "delimiter", "schema", "email", "connectionString", "odbcDriver"}
    assert described == custom_properties() - of_the_standard
    assert all(f"`{name}`" in CONTRACTS or f"`{name}:" in CONTRACTS for name in of_the_standard)
