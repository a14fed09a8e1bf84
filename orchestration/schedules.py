"""Schedules: the daily job, at night where the province is."""

from __future__ import annotations

import dagster as dg

from orchestration.jobs import DAILY


def daily_schedule() -> dg.ScheduleDefinition:
    """Every day at 02:00, when the sector systems are quiet. Started by hand in the UI, or in production."""
    return dg.ScheduleDefinition(
        name="every_night", job_name=DAILY, cron_schedule="0 2 * * *", execution_timezone="Asia/Ho_Chi_Minh"
    )
