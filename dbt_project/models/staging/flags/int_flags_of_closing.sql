with

all_dossiers as (
    select * from {{ ref('dossiers') }}
),

versions as (
    select * from {{ ref('int_dossier_versions') }}
),

dossiers as (
    select * from all_dossiers
    where deleted_at is null and vanished_at is null
),

without_result as (
    select
        dossier_code,
        'A1' as rule,
        case
            when is_result_file_an_input then 'Tệp kết quả là tệp đầu vào'
            else concat('Trạng thái ', cast(status as varchar), ', không có số ký hiệu và tệp kết quả')
        end as evidence
    from dossiers
    where
        is_result_file_an_input
        or (status in (9, 10) and is_result_expected and not has_result_number and not has_result_file)
),

stopped_wrongly as (
    select
        dossier_code,
        'A2' as rule,
        case
            when not has_pause_reason then concat('Trạng thái ', cast(status as varchar), ', không có lý do')
            else concat('Dừng từ ', {{ day_text('supplement_requested_at') }})
        end as evidence
    from dossiers
    where
        (status in (3, 5, 6, 8) and not has_pause_reason)
        or (
            status = 8
            and {{ days_between('cast(supplement_requested_at as date)', as_of()) }}
            > {{ var('province')['thresholds']['paused_days'] }}
        )
),

-- against the state before, in the same dataset, that had a promised date
dated_versions as (
    select
        dossier_key,
        dataset,
        version_number,
        due_at,
        coalesce(supplement_rounds, 0) as supplement_rounds,
        lag(due_at) over states as due_before,
        lag(coalesce(supplement_rounds, 0)) over states as rounds_before
    from versions
    where due_at is not null
    window states as (partition by dossier_key, dataset order by version_number)
),

last_moves as (
    select
        *,
        row_number() over (partition by dossier_key, dataset order by version_number desc) as move_rank
    from dated_versions
    where due_at > due_before and supplement_rounds <= rounds_before
),

due_date_moved as (
    select
        dossiers.dossier_code,
        'A3' as rule,
        concat(
            'Hẹn trả ', {{ day_text('last_moves.due_before') }}, ' lùi đến ', {{ day_text('last_moves.due_at') }}
        ) as evidence
    from dossiers
    inner join last_moves on dossiers.dossier_code = last_moves.dossier_key and dossiers.dataset = last_moves.dataset
    where last_moves.move_rank = 1
),

lateness_hidden as (
    select
        dossier_code,
        'A4' as rule,
        case
            when status in (5, 6, 8) and {{ is_after('supplement_requested_at', 'due_at') }}
                then concat(
                        'Hẹn trả ',
                        {{ day_text('due_at') }},
                        ', yêu cầu bổ sung ',
                        {{ day_text('supplement_requested_at') }}
                    )
            else concat('Yêu cầu bổ sung ', cast(supplement_rounds as varchar), ' lần')
        end as evidence
    from dossiers
    where
        (status in (5, 6, 8) and {{ is_after('supplement_requested_at', 'due_at') }})
        or supplement_rounds > 1
),

deleted_when_late as (
    select
        dossier_code,
        'A9' as rule,
        concat('Hẹn trả ', {{ day_text('due_at') }}, ', xóa ', {{ day_text('deleted_at') }}) as evidence
    from all_dossiers
    where finished_at is null and {{ is_after('deleted_at', 'due_at') }}
),

flags as (
    select * from without_result
    union all
    select * from stopped_wrongly
    union all
    select * from due_date_moved
    union all
    select * from lateness_hidden
    union all
    select * from deleted_when_late
)

select * from flags
