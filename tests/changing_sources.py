"""One-stop sources that change as sources do: corrected, repeated, late, out of order, withdrawn.

Four of them: monthly lists without a time of change, a system's dump with one, an office's table that is searched for
rows that are gone, and the steps of dossiers. Everything that lands, lands as kho lands it.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import shutil
from pathlib import Path
from typing import Any

from ingestion.batches import Decision, decide, now
from ingestion.history import read_history
from ingestion.landing import land
from tests.contracts import write_contract
from warehouse.contract_reader import load_contracts
from warehouse.contracts import ContractSet
from warehouse.settings import Settings

CODES = [f"H17.1-261001-{n:04d}" for n in range(1, 31)]
FIRST = dt.datetime(2026, 10, 1, 8)
TIMES = ("received_at", "due_at", "finished_at")
INTEGER = {"logicalType": "integer"}
TIME = {"logicalType": "timestamp"}
DOSSIER: dict[str, dict[str, Any]] = {
    "dossier_code": {"physicalName": "Mã hồ sơ"},
    "dossier_code_alias": {"physicalName": "Mã khác"},
    "procedure_code_raw": {"physicalName": "Mã TTHC"},
    "applicant_number": {"physicalName": "Số định danh", "classification": "personal"},
    "status": {"physicalName": "Trạng thái", **INTEGER},
    **{name: {"physicalName": name, **TIME} for name in TIMES},
}
CHANGED = {
    "updated_at": {
        "physicalName": "Cập nhật",
        **TIME,
        "customProperties": [{"property": "role", "value": "updated_on"}],
    }
}
STEP: dict[str, dict[str, Any]] = {
    "dossier_code": {"physicalName": "Mã hồ sơ"},
    "step_code": {"physicalName": "Bước"},
    "happened_at": {"physicalName": "Lúc", **TIME},
    "status": {"physicalName": "Trạng thái", **INTEGER},
    "due_at": {"physicalName": "Hẹn trả mới", **TIME},
}
# corrections come late and out of order: their rows carry times of change at random
CHANGES = ("withdrawn", "corrected", "returned", "repeated", "decided", "corrected")
FILES = {"monthly": 4, "dump": 1, "office": 1, "steps": 2}


class ChangingSources:
    """Sources in a data home of their own. The same seed makes the same changes."""

    def __init__(self, home: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.shelf: list[tuple[Path, Path]] = []
        (home / "shelf").mkdir(parents=True)
        self.folder = home / "contracts"
        self.folder.mkdir()
        common = {"entity": "dossiers", "arrival": {"fileChange": None, "datasetChange": None, "gaps": "allow"}}
        self.write_list_contract()
        write_contract(
            self.folder, dataset="dump", columns=DOSSIER | CHANGED, keys=("dossier_code",), **common, sourcePriority=20
        )
        write_contract(
            self.folder, dataset="office", columns=DOSSIER, keys=("dossier_code",), **common, sourcePriority=30,
            mode="compare",
        )  # fmt: skip
        steps = common | {"entity": "dossier_steps"}
        write_contract(self.folder, dataset="steps", columns=STEP, keys=("dossier_code", "step_code"), **steps)
        self.settings = Settings(home=home, contracts=self.folder, as_of=dt.date(2026, 11, 2))
        self.renew()

    def write_list_contract(self, **columns: dict[str, Any]) -> None:
        """The contract of the monthly list, with further columns."""
        write_contract(
            self.folder, dataset="monthly", columns=DOSSIER | columns, keys=("dossier_code",), entity="dossiers",
            sourcePriority=10, arrival={"fileChange": None, "datasetChange": None, "gaps": "allow"},
        )  # fmt: skip

    @property
    def contracts(self) -> ContractSet:
        """The contracts as they are now."""
        return load_contracts(self.folder, self.settings.province, self.settings.environment, {})

    def renew(self) -> None:
        """Write every file anew and land it, whatever the guard thinks of it."""
        for dataset, count in FILES.items():
            for number in range(count):
                self._rewrite(dataset, number)
        for contract in self.contracts.contracts:
            attempt = land(self.settings, contract)
            assert attempt.state != "late", attempt.message
            for held in read_history(self.settings, contract).held:
                decide(held, Decision("committed", "test", now(), "test"))

    def change(self, happened: str | None = None) -> str:
        """Let one thing happen, one of CHANGES; what it was, and where."""
        happened = happened or self.random.choice(CHANGES)
        dataset = self.random.choice(list(FILES))
        contract = self.contracts.named(dataset)
        history = read_history(self.settings, contract)
        if happened == "withdrawn" and history.committed:
            batch = self.random.choice(history.committed).folder
            self.shelf.append((batch, Path(shutil.move(batch, self.settings.home / "shelf" / batch.name))))
        elif happened == "returned" and self.shelf:
            # late: others that landed after it are there already
            place, batch = self.shelf.pop(self.random.randrange(len(self.shelf)))
            dataset = place.parent.name
            shutil.move(batch, place)
        elif happened == "decided" and history.held:
            state = self.random.choice(("committed", "rejected"))
            decide(self.random.choice(history.held), Decision(state, "test", now(), "test"))
        elif happened == "corrected":
            self._rewrite(dataset, self.random.randrange(FILES[dataset]))
            land(self.settings, contract)
        else:
            land(self.settings, contract)
        return f"{dataset} {happened}"

    def _rewrite(self, dataset: str, number: int) -> None:
        columns = {"steps": STEP, "dump": DOSSIER | CHANGED}.get(dataset, DOSSIER)
        made = self._step if dataset == "steps" else self._row
        rows = [made(code) for code in self.random.sample(CODES, self.random.randint(6, 20))]
        with (self.folder / f"{dataset}_{number}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow([p["physicalName"] for p in columns.values()])
            writer.writerows([[row.get(name, "") for name in columns] for row in rows])

    def _time(self, share: float = 0.7, days: int = 40) -> str:
        if self.random.random() > share:
            return ""
        return f"{FIRST + dt.timedelta(hours=self.random.randrange(days * 24)):%d/%m/%Y %H:%M:%S}"

    def _row(self, code: str) -> dict[str, Any]:
        chance = self.random
        return {
            "dossier_code": chance.choice((code, code, code.lower(), code.replace("-", "–"))),
            "dossier_code_alias": chance.choice(CODES) if chance.random() < 0.2 else "",
            "procedure_code_raw": chance.choice(("1.004194", "1.004194", "2.000635", "")),
            "applicant_number": chance.choice(("000190000001", "", "")),
            "status": chance.choice((1, 2, 4, 4, 5, 8, 9, 10, "lạ", "")),
            "updated_at": self._time(0.9),
            **{name: self._time(0.6) for name in TIMES},
        }

    def _step(self, code: str) -> dict[str, Any]:
        chance = self.random
        return {
            "dossier_code": code,
            "step_code": chance.randint(1, 4),
            "happened_at": self._time(0.95, days=chance.choice((40, 40, 400))),
            "status": chance.choice((2, 4, 4, 5, 9, 10, "")),
            "due_at": self._time(0.2),
        }
