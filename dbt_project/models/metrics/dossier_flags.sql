{%- set limits = var('province')['thresholds'] -%}
with

dossiers as (
    select * from {{ ref('dossiers') }}
),

versions as (
    select * from {{ ref('int_dossiers') }}
    where row_verdict in ('kept', 'superseded', 'duplicate')
),

rule_columns as (
    select * from {{ ref('dossier_rule_columns') }}
),

source_columns as (
    select * from {{ ref('int_source_columns') }}
),

-- a rule is asked only of sources that provide what it needs
applicable as (
    select
        source_columns.dataset,
        rule_columns.rule
    from rule_columns
    inner join source_columns on rule_columns.column_name = source_columns.column_name
    group by source_columns.dataset, rule_columns.rule
    having count(
        *) = (
        select count(*) from rule_columns as needed
        where needed.rule = rule_columns.rule
    )
),

live as (
    select
        *,
        cast(received_at as date) as received_on,
        cast(finished_at as date) as finished_on,
        coalesce(finished_at > due_at, false)
        or coalesce(status in (2, 4) and finished_at is null and cast(due_at as date) < {{ as_of() }}, false) as is_late
    from dossiers
    where deleted_at is null
),

countable as (
    select * from live
    where status is null or status not in (1, 3)
),

s1 as (
    select
        dossier_code,
        dataset,
        'S1' as rule,
        'service_level=2, channel=2' as evidence
    from countable
    where service_level = 2 and channel = 2
),

s2 as (
    select
        dossier_code,
        dataset,
        'S2' as rule,
        concat('status=', status) as evidence
    from countable
    where received_at is null and status <> 5
),

s3 as (
    select
        dossier_code,
        dataset,
        'S3' as rule,
        concat('status=', status) as evidence
    from countable
    where status in (9, 10) and finished_at is null
),

s4 as (
    select
        dossier_code,
        dataset,
        'S4' as rule,
        concat('received_at=', received_at) as evidence
    from countable
    where received_on > {{ as_of() }}
),

s5 as (
    select
        dossier_code,
        dataset,
        'S5' as rule,
        concat('finished_at=', finished_at) as evidence
    from countable
    where finished_on > {{ as_of() }}
),

s6 as (
    select
        dossier_code,
        dataset,
        'S6' as rule,
        concat('received_at=', received_at, ', finished_at=', finished_at) as evidence
    from countable
    where received_on > finished_on
),

a1 as (
    select
        dossier_code,
        dataset,
        'A1' as rule,
        concat('status=', status) as evidence
    from live
    where (
        status in (9, 10)
        and coalesce(procedure_has_result, true)
        and result_number is null
        and not has_result_file
    ) or result_is_input
),

a2 as (
    select
        dossier_code,
        dataset,
        'A2' as rule,
        concat('status=', status, ', paused_at=', supplement_requested_at) as evidence
    from live
    where
        (status in (3, 5, 6, 8) and not has_pause_reason)
        or (
            status = 8
            and cast(supplement_requested_at as date) + {{ limits['paused_days'] }} < {{ as_of() }}
        )
),

successive as (
    select
        {{ dossier_key('dossier_code') }} as dossier_code,
        dataset,
        due_at,
        supplement_rounds,
        lag(due_at) over by_export as due_before,
        lag(supplement_rounds) over by_export as rounds_before
    from versions
    window by_export as (partition by dataset, {{ dossier_key('dossier_code') }} order by batch_sequence, row_number)
),

a3 as (
    select
        successive.dossier_code,
        successive.dataset,
        'A3' as rule,
        max(concat('due_at=', successive.due_before, ' -> ', successive.due_at)) as evidence
    from successive
    inner join live on successive.dossier_code = live.dossier_code
    where
        successive.due_at > successive.due_before
        and coalesce(successive.supplement_rounds, 0) <= coalesce(successive.rounds_before, 0)
    group by successive.dossier_code, successive.dataset
),

a4 as (
    select
        dossier_code,
        dataset,
        'A4' as rule,
        concat('paused_at=', supplement_requested_at, ', due_at=', due_at, ', rounds=', supplement_rounds) as evidence
    from live
    where (status in (5, 6, 8) and supplement_requested_at > due_at) or supplement_rounds > 1
),

same_moment as (
    select
        receiving_agency_code,
        received_at
    from live
    group by receiving_agency_code, received_at
    having count(*) >= {{ limits['batch_entry_rows'] }}
),

a5 as (
    select
        live.dossier_code,
        live.dataset,
        'A5' as rule,
        concat('received_at=', live.received_at, ', finished_at=', live.finished_at, ', result=', live.result_issued_on)
            as evidence
    from live
    left join same_moment
        on
            live.receiving_agency_code = same_moment.receiving_agency_code
            and live.received_at = same_moment.received_at
    where
        live.result_issued_on < live.received_on
        or (
            live.finished_at >= live.received_at
            and live.finished_at < live.received_at + interval {{ limits['instant_minutes'] }} minute
        )
        or same_moment.received_at is not null
),

a6 as (
    select
        dossier_code,
        dataset,
        'A6' as rule,
        concat('due_at=', due_at, ', apology_on=', apology_on) as evidence
    from live
    where is_late and (apology_on is null or apology_on > cast(due_at as date) - 1)
),

a7 as (
    select
        dossier_code,
        dataset,
        'A7' as rule,
        concat('status=', status) as evidence
    from live
    where due_at is null and status in (2, 4, 9, 10)
),

twins as (
    select
        applicant_token,
        procedure_code,
        received_on,
        receiving_agency_code
    from live
    where applicant_token is not null
    group by applicant_token, procedure_code, received_on, receiving_agency_code
    having count(*) > 1
),

a8 as (
    select
        live.dossier_code,
        live.dataset,
        'A8' as rule,
        concat('received_on=', live.received_on) as evidence
    from live
    inner join twins
        on
            live.applicant_token = twins.applicant_token
            and live.procedure_code = twins.procedure_code
            and live.received_on = twins.received_on
            and live.receiving_agency_code = twins.receiving_agency_code
    union
    select
        live.dossier_code,
        live.dataset,
        'A8' as rule,
        concat('alias=', live.dossier_code_alias) as evidence
    from live
    inner join live as other on live.dossier_code_alias = other.dossier_code
    where live.dossier_code <> other.dossier_code
),

a9 as (
    select
        dossier_code,
        dataset,
        'A9' as rule,
        concat('deleted_at=', deleted_at, ', due_at=', due_at) as evidence
    from dossiers
    where deleted_at > due_at and finished_at is null
),

a10 as (
    select
        dossier_code,
        dataset,
        'A10' as rule,
        concat(
            'submitted_at=',
            submitted_at,
            ', received_at=',
            received_at,
            ', finished_at=',
            finished_at,
            ', returned_at=',
            returned_at
        )
            as evidence
    from live
    where
        submitted_at > received_at
        or submitted_at > finished_at
        or submitted_at > returned_at
        or received_at > finished_at
        or received_at > returned_at
        or finished_at > returned_at
        or received_at > receive_by_at
),

flagged as (
    {% for rule in ['s1', 's2', 's3', 's4', 's5', 's6', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9', 'a10'] -%}
    select * from {{ rule }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

flags as (
    select
        flagged.dossier_code,
        flagged.rule,
        max(flagged.evidence) as evidence,
        max(flagged.dataset) as dataset
    from flagged
    inner join applicable on flagged.dataset = applicable.dataset and flagged.rule = applicable.rule
    group by flagged.dossier_code, flagged.rule
)

select * from flags
