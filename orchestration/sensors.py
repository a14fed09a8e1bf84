"""Sensors: a drop folder is whatever a file contract points to; new or changed files start the daily job."""

import hashlib
import time

import dagster as dg

from ingestion.candidates import matching_files
from orchestration.jobs import DAILY
from orchestration.preparation import Prepared

# a file that was touched more recently than this may still be written
QUIET_SECONDS = 30


def drop_folder_sensor(prepared: Prepared) -> dg.SensorDefinition:
    """Looks at names, sizes and times of the files that contracts wait for, every minute."""
    contracts = [c for c in prepared.contracts.contracts if c.server.kind == "files"]

    @dg.sensor(
        name="drop_folder",
        job_name=DAILY,
        minimum_interval_seconds=60,
        description="Starts the daily job when a file that a contract waits for is new or has changed.",
    )
    def drop_folder(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        # a link that leads nowhere is for landing to name
        files = [path for contract in contracts for path in matching_files(contract) if path.exists()]
        seen = [(str(f), (s := f.stat()).st_size, s.st_mtime_ns) for f in files]
        state = hashlib.sha256(repr(seen).encode()).hexdigest()
        if state == context.cursor:
            return dg.SkipReason("no file has changed")
        if any(time.time_ns() - modified < QUIET_SECONDS * 1_000_000_000 for _, _, modified in seen):
            return dg.SkipReason("a file is still being written")
        # the key is the state of the folder, so a run that failed is started again by the next change
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=state)], cursor=state)

    return drop_folder
