"""The version of the models: a hash of everything in the dbt project that decides a figure."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from warehouse.settings import PROJECT_ROOT

# descriptions, tests and how dbt connects decide no figure
DESCRIBING = (".yml", ".yaml", ".md")
DESCRIBED = ("models", "seeds", "macros")


@lru_cache(maxsize=4)
def model_version(project: Path = PROJECT_ROOT / "dbt_project") -> str:
    """SHA-256 over the SQL, seeds, templates and registers of the dbt project, with their paths."""
    digest = hashlib.sha256()
    for path in sorted(p for p in project.rglob("*") if p.is_file() and _decides(p.relative_to(project))):
        digest.update(f"{path.relative_to(project).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _decides(path: Path) -> bool:
    if path.name == "profiles.yml" or path.parts[0] == "lint" or "__pycache__" in path.parts:
        return False
    return not (path.suffix in DESCRIBING and path.parts[0] in DESCRIBED)
