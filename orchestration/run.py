"""Run the daily job from the command line: the same job, on the same instance, as the schedule's."""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from orchestration.definitions import build_defs
from orchestration.jobs import DAILY
from orchestration.preparation import Prepared
from warehouse.errors import FreezeError
from warehouse.settings import Settings

# the bar and the summary speak; the log is in the UI
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended; `failures` are steps with their messages."""

    run_id: str
    success: bool
    failures: tuple[tuple[str, str], ...]


def run_daily(prepared: Prepared, progress: Progress) -> RunOutcome:
    """Execute the daily job in this process, moving a bar of `progress` a step at a time."""
    job = build_defs(prepared=prepared).resolve_job_def(DAILY)
    run_id = str(uuid.uuid4())
    task = progress.add_task("…", total=len(job.nodes))
    with dg.DagsterInstance.get() as instance:

        def show(event: dg.EventLogEntry) -> None:
            happened = event.dagster_event
            if happened is None or happened.step_key is None:
                return
            if happened.is_step_start:
                progress.update(task, description=_spoken(happened.step_key))
            elif happened.is_step_success or happened.is_step_failure or happened.is_step_skipped:
                progress.advance(task)

        instance.add_event_listener(run_id, show)
        # dbt talks on standard output; what it said stays in a file, the bar goes on
        with log_file(prepared.settings).open("w", encoding="utf-8") as log, contextlib.redirect_stdout(log):
            result = job.execute_in_process(instance=instance, run_id=run_id, raise_on_error=False, run_config=QUIET)
    failures = tuple((str(event.step_key), _message(event)) for event in result.all_events if event.is_step_failure)
    progress.update(task, description="xong" if result.success else "dừng", completed=len(job.nodes))
    return RunOutcome(run_id, result.success, failures)


def check_last_run(settings: Settings) -> None:
    """Raise FreezeError when the newest run of the data home did not end well; without runs nothing is asked."""
    if not settings.dagster_home.is_dir():
        return
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        newest = instance.get_runs(limit=1)
    if newest and newest[0].status is not dg.DagsterRunStatus.SUCCESS:
        raise FreezeError(
            wanted="a last run that ended well",
            found=f"run {newest[0].run_id} ended with {newest[0].status.value}",
            where=str(settings.dagster_home),
            action="Put right what failed, then `kho run`.",
        )


def log_file(settings: Settings) -> Path:
    """What dbt printed during the last run from the command line."""
    return settings.dagster_home / "last_run.log"


def progress_bar(console: Console, quiet: bool) -> Progress:
    """The bar that a person watches; in a log it prints nothing."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<44}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
        console=console,
        redirect_stdout=False,
        disable=quiet,
    )


def _spoken(step: str) -> str:
    for prefix, words in (("land_", "landing "), ("rules_of_", "rules of "), ("values_of_", "values of ")):
        if step.startswith(prefix):
            return words + step.removeprefix(prefix)
    return step.replace("_", " ")


def _message(event: dg.DagsterEvent) -> str:
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error else "no message"
