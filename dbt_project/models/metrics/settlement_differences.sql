with

placements as (
    select * from {{ ref('int_settlement_placements') }}
),

spells as (
    select * from {{ ref('int_settlement_spells') }}
),

states as (
    select * from {{ ref('int_settlement_states') }}
),

dossiers as (
    select * from {{ ref('dossiers') }}
),

reasons as (
    select * from {{ ref('settlement_difference_reasons') }}
),

-- both variants of a dossier side by side
both_variants as (
    select
        dossier_code,
        agency_code,
        field_code,
        period_type,
        period_start,
        period_end,
        counted_until,
        max(case when variant = 'as_system' then column_in end) as as_system_column_in,
        max(case when variant = 'as_system' then column_out end) as as_system_column_out,
        max(case when variant = 'strict' then column_in end) as strict_column_in,
        max(case when variant = 'strict' then column_out end) as strict_column_out
    from placements
    group by
        dossier_code,
        agency_code,
        field_code,
        period_type,
        period_start,
        period_end,
        counted_until
),

different as (
    select
        *,
        coalesce(
            as_system_column_in <> strict_column_in
            or (as_system_column_out in (8, 9, 10)) <> (strict_column_out in (8, 9, 10)),
            true
        ) as is_elsewhere
    from both_variants
    where
        coalesce(as_system_column_in <> strict_column_in, true)
        or coalesce(as_system_column_out <> strict_column_out, true)
),

last_spells as (
    select * from spells
    where next_opened_on is null
),

told as (
    select
        different.*,
        dossiers.procedure_code,
        dossiers.batch_id,
        dossiers.row_number,
        dossiers.status,
        dossiers.due_at,
        dossiers.finished_at,
        dossiers.deleted_at,
        dossiers.vanished_at,
        last_spells.spell_number as spell_count,
        last_spells.end_kind,
        last_spells.ended_on,
        last_spells.late_on,
        last_spells.passed_due_at,
        coalesce(last_spells.is_passed_due_computed, dossiers.due_at is null) as is_promise_computed,
        case
            when different.as_system_column_out in (8, 9, 10) then cast(dossiers.finished_at as date)
            else different.counted_until
        end as compared_on,
        dossiers.status in (6, 8)
        or (
            dossiers.status = 5
            and coalesce(cast(dossiers.supplement_requested_at as date) <= different.counted_until, true)
        ) as is_paused_for_system
    from different
    inner join dossiers on different.dossier_code = dossiers.dossier_code
    left join last_spells on different.dossier_code = last_spells.dossier_code
),

-- what was in force at the end of a period in which only the software counts the dossier as late
in_force as (
    select
        told.period_type,
        told.period_start,
        told.period_end,
        told.dossier_code,
        states.kind,
        states.due_at,
        row_number() over (
            partition by told.period_type, told.period_start, told.period_end, told.dossier_code
            order by states.state_number desc
        ) as state_rank
    from told
    inner join states
        on told.dossier_code = states.dossier_code
            and told.counted_until >= cast(states.began_at as date)
    where told.as_system_column_out = 13 and told.strict_column_out = 12
),

reasoned as (
    select
        told.*,
        case
            when told.deleted_at is not null and told.end_kind = 'gone' and told.late_on <= told.ended_on
                then 'deleted_when_late'
            when told.deleted_at is not null then 'deleted'
            when told.vanished_at is not null then 'vanished'
            when told.status in (1, 3) then 'refused_after_reception'
            when told.is_elsewhere and told.spell_count > 1 then 'taken_up_again'
            when told.is_elsewhere and told.status in (7, 9, 10) and told.finished_at is null
                then 'ended_without_end_date'
            when told.status = 7 and told.strict_column_out = 10 then 'late_when_withdrawn'
            when told.is_paused_for_system and told.strict_column_out = 13 then 'late_before_pause'
            when told.is_promise_computed and told.strict_column_out in (8, 10, 13) then 'no_promised_date'
            when told.strict_column_out in (10, 13) and coalesce(told.passed_due_at <> told.due_at, told.due_at is null)
                then 'due_moved_when_late'
            when told.strict_column_out in (10, 13) and cast(told.due_at as date) = told.compared_on
                then 'late_by_time_of_day'
            when in_force.kind = 'paused' then 'status_since_changed'
            when in_force.due_at > told.due_at then 'due_since_changed'
            when told.spell_count > 1 then 'taken_up_again'
            else 'other'
        end as reason
    from told
    left join in_force
        on told.period_type = in_force.period_type
            and told.period_start = in_force.period_start
            and told.period_end = in_force.period_end
            and told.dossier_code = in_force.dossier_code
            and in_force.state_rank = 1
),

differences as (
    select
        reasoned.period_type,
        reasoned.period_start,
        reasoned.period_end,
        reasoned.counted_until,
        reasoned.dossier_code,
        reasoned.agency_code,
        reasoned.field_code,
        reasoned.procedure_code,
        cast(reasoned.as_system_column_in as bigint) as as_system_column_in,
        cast(reasoned.as_system_column_out as bigint) as as_system_column_out,
        cast(reasoned.strict_column_in as bigint) as strict_column_in,
        cast(reasoned.strict_column_out as bigint) as strict_column_out,
        reasoned.reason,
        reasons.sentence,
        reasoned.late_on,
        reasoned.passed_due_at,
        reasoned.is_promise_computed,
        reasoned.batch_id,
        reasoned.row_number
    from reasoned
    left join reasons on reasoned.reason = reasons.reason
)

select * from differences
