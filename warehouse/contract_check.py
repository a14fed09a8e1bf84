"""Does a contract file read as ODCS 3.1? Errors name the file, the line and the field."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml
from jsonschema import Draft201909Validator
from jsonschema.exceptions import ValidationError, best_match
from open_data_contract_standard.model import CustomProperty, OpenDataContractStandard

from warehouse.errors import ContractError

# libyaml reads ten times as fast; it is in the wheels, but not on every platform
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def properties_of(custom: Iterable[CustomProperty] | None) -> dict[str, Any]:
    """ODCS customProperties as a plain mapping."""
    return {str(p.property): p.value for p in custom or []}


def fault(path: Path, wanted: str, found: str, action: str, where: str | None = None) -> ContractError:
    """What is wrong in a contract file, for its writer."""
    place = f"contract {path.name}" + (f", {where}" if where else "")
    return ContractError(wanted=wanted, found=found, where=place, action=action)


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(OpenDataContractStandard.json_schema())  # type: ignore[no-untyped-call]
    return schema


@lru_cache(maxsize=1)
def _quick_validator() -> jsonschema_rs.Draft201909Validator:
    return jsonschema_rs.Draft201909Validator(_schema())


def _first_problem(document: dict[str, Any]) -> ValidationError | None:
    """What is wrong, if anything. Most contracts are right, which the compiled validator says in no time."""
    try:
        if _quick_validator().is_valid(document):
            return None
    except ValueError:
        pass  # a value that JSON does not have, such as a bare date: the other validator names its place
    problem: ValidationError | None = best_match(Draft201909Validator(_schema()).iter_errors(document))
    return problem


def parse_and_check(path: Path) -> tuple[str, dict[str, Any]]:
    """Text and parsed document of a contract that meets the ODCS schema.

    Raises ContractError: not readable, not YAML, or not ODCS.
    """
    try:
        text = path.read_text(encoding="utf-8")
        document = yaml.load(text, Loader=LOADER)  # noqa: S506 - both loaders are safe ones
    except (OSError, UnicodeDecodeError) as error:
        raise _error(path, None, "a readable UTF-8 file", str(error)) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise _error(path, line, "valid YAML", error.problem or str(error)) from error
    if not isinstance(document, dict):
        raise _error(path, 1, "a mapping at the top of the file", type(document).__name__)
    problem = _first_problem(document)
    if problem is not None:
        raise _problem(path, yaml.compose(text, Loader=LOADER), problem)
    return text, document


def _problem(path: Path, node: yaml.Node | None, problem: ValidationError) -> ContractError:
    place = ".".join(str(p) for p in problem.absolute_path) or "top level"
    message = problem.message if len(problem.message) < 300 else problem.message[:300] + "…"
    return _error(path, _line(node, list(problem.absolute_path)), f"an ODCS 3.1 contract at {place}", message)


def _line(node: yaml.Node | None, path: list[Any]) -> int:
    """Line (from 1) of the deepest node on `path`."""
    for part in path:
        if isinstance(node, yaml.MappingNode):
            values = [v for k, v in node.value if k.value == str(part)]
            if not values:
                break
            node = values[0]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            break
    return node.start_mark.line + 1 if node else 1


def _error(path: Path, line: int | None, wanted: str, found: str) -> ContractError:
    where = f"contract {path.name}" + (f", line {line}" if line else "")
    return ContractError(
        wanted=wanted, found=found, where=where, action="Correct the file; `kho contract check` tells when it is right."
    )
