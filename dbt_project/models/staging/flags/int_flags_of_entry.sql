{%- set thresholds = var('province')['thresholds'] -%}
with

dossiers as (
    select * from {{ ref('dossiers') }}
    where deleted_at is null and vanished_at is null
),

steps as (
    select * from {{ ref('int_dossier_steps_taken') }}
    where step_kind = 'apology'
),

step_apologies as (
    select
        dossier_key,
        min(cast(happened_at as date)) as apology_on
    from steps
    group by dossier_key
),

-- the first apology, whether the row or a step tells it
apologies as (
    select
        dossiers.dossier_code,
        least(
            coalesce(dossiers.apology_on, step_apologies.apology_on),
            coalesce(step_apologies.apology_on, dossiers.apology_on)
        ) as apology_on
    from dossiers
    left join step_apologies on dossiers.dossier_code = step_apologies.dossier_key
),

-- a reception without a time of day says nothing about minutes
receptions as (
    select
        *,
        case
            when {{ seconds_of_day('received_at') }} > 0 and receiving_agency_code is not null
                then count(*) over (partition by receiving_agency_code, received_at)
            else 1
        end as received_together
    from dossiers
),

entered_afterwards as (
    select
        dossier_code,
        'A5' as rule,
        case
            when result_issued_on < cast(received_at as date)
                then concat(
                        'Kết quả ', {{ day_text('result_issued_on') }}, ', tiếp nhận ', {{ day_text('received_at') }}
                    )
            when received_together >= {{ thresholds['batch_entry_rows'] }}
                then concat(
                        cast(received_together as varchar), ' hồ sơ cùng tiếp nhận lúc ', {{ time_text('received_at') }}
                    )
            else concat(
                    'Tiếp nhận ', {{ time_text('received_at') }}, ', kết thúc ', {{ time_text('finished_at') }}
                )
        end as evidence
    from receptions
    where
        result_issued_on < cast(received_at as date)
        or received_together >= {{ thresholds['batch_entry_rows'] }}
        or (
            {{ seconds_of_day('received_at') }} > 0
            and {{ seconds_between('received_at', 'finished_at') }} >= 0
            and {{ seconds_between('received_at', 'finished_at') }} < 60 * {{ thresholds['instant_minutes'] }}
        )
),

late_without_apology as (
    select
        dossiers.dossier_code,
        'A6' as rule,
        concat(
            'Hẹn trả ', {{ day_text('dossiers.due_at') }},
            coalesce(', kết thúc ' || {{ day_text('dossiers.finished_at') }}, ', chưa kết thúc'),
            case when apologies.apology_on is null then ', không có văn bản xin lỗi'
                else concat(', xin lỗi ', {{ day_text('apologies.apology_on') }})
            end
        ) as evidence
    from dossiers
    inner join apologies on dossiers.dossier_code = apologies.dossier_code
    where
        (
            {{ is_after('dossiers.finished_at', 'dossiers.due_at') }}
            or (
                dossiers.finished_at is null
                and dossiers.status in (2, 4)
                and cast(dossiers.due_at as date) < {{ as_of() }}
            )
        )
        and (
            apologies.apology_on is null
            or {{ days_between('apologies.apology_on', 'cast(dossiers.due_at as date)') }}
            < {{ thresholds['apology_days'] }}
        )
),

without_due_date as (
    select
        dossier_code,
        'A7' as rule,
        concat('Trạng thái ', cast(status as varchar), ', không có ngày hẹn trả') as evidence
    from dossiers
    where due_at is null and status in (2, 4, 9, 10)
),

filed_together as (
    select
        dossier_code,
        count(*) over (
            partition by applicant_token, procedure_code, receiving_agency_code, cast(received_at as date)
        ) as same_filing,
        min(dossier_code) over (
            partition by applicant_token, procedure_code, receiving_agency_code, cast(received_at as date)
        ) as first_code,
        max(dossier_code) over (
            partition by applicant_token, procedure_code, receiving_agency_code, cast(received_at as date)
        ) as last_code
    from dossiers
    where
        applicant_token is not null
        and procedure_code is not null
        and receiving_agency_code is not null
        and received_at is not null
),

known_twice as (
    select
        dossier_code,
        case when dossier_code = first_code then last_code else first_code end as other_code
    from filed_together
    where same_filing > 1
    union all
    select
        dossiers.dossier_code,
        others.dossier_code as other_code
    from dossiers
    inner join dossiers as others
        on dossiers.dossier_code_alias = others.dossier_code and dossiers.dossier_code <> others.dossier_code
),

duplicates as (
    select
        dossier_code,
        'A8' as rule,
        concat('Trùng với hồ sơ ', min(other_code)) as evidence
    from known_twice
    group by dossier_code
),

out_of_order as (
    select
        dossier_code,
        'A10' as rule,
        case
            when {{ is_after('received_at', 'receive_by_at') }}
                then concat(
                        'Hạn tiếp nhận ',
                        {{ time_text('receive_by_at') }},
                        ', tiếp nhận ',
                        {{ time_text('received_at') }}
                    )
            else concat(
                    'Nộp ', coalesce({{ time_text('submitted_at') }}, '-'),
                    ', tiếp nhận ', coalesce({{ time_text('received_at') }}, '-'),
                    ', kết thúc ', coalesce({{ time_text('finished_at') }}, '-'),
                    ', trả ', coalesce({{ time_text('returned_at') }}, '-')
                )
        end as evidence
    from dossiers
    where
        {{ is_after('submitted_at', 'received_at') }}
        or {{ is_after('submitted_at', 'finished_at') }}
        or {{ is_after('submitted_at', 'returned_at') }}
        or {{ is_after('received_at', 'finished_at') }}
        or {{ is_after('received_at', 'returned_at') }}
        or {{ is_after('finished_at', 'returned_at') }}
        or {{ is_after('received_at', 'receive_by_at') }}
),

flags as (
    select * from entered_afterwards
    union all
    select * from late_without_apology
    union all
    select * from without_due_date
    union all
    select * from duplicates
    union all
    select * from out_of_order
)

select * from flags
