"""What sqlfluff's Jinja sees besides dbt's built-ins: the project's vars, with a real profile for the province."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent


def var(name: str, default: Any = None) -> Any:
    """A var of the project, as it is once the project is assembled."""
    if name == "province":
        return yaml.safe_load((ROOT / "warehouse/profiles/da_nang_2025.yml").read_text(encoding="utf-8"))
    return yaml.safe_load((ROOT / "dbt_project/dbt_project.yml").read_text(encoding="utf-8"))["vars"].get(name, default)
