with

all_dossiers as (
    select * from {{ ref('dossiers') }}
),

states as (
    select * from {{ ref('dossier_history') }}
),

pause_starts as (
    select * from {{ ref('int_pause_starts') }}
),

promise_moves as (
    select * from {{ ref('int_promise_moves') }}
    where move_rank = 1
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

-- of pauses set on the promised day, not of dossiers that were received on it, the last; later ones are A4
paused_on_the_day as (
    select
        dossier_code,
        max(paused_at) as paused_at
    from pause_starts
    where
        cast(paused_at as date) = cast(due_before as date)
        and not {{ is_after('paused_at', 'due_before') }}
        and coalesce(cast(received_at as date) < cast(due_before as date), true)
    group by dossier_code
),

refusals as (
    select
        dossier_code,
        status,
        valid_from as refused_at,
        lag(due_at) over (partition by dossier_code order by valid_from) as due_before
    from states
    where valid_from_basis = 'step'
),

refused_when_due as (
    select
        dossier_code,
        max(refused_at) as refused_at
    from refusals
    where status = 3 and cast(refused_at as date) >= cast(due_before as date)
    group by dossier_code
),

stopped_wrongly as (
    select
        dossiers.dossier_code,
        'A2' as rule,
        case
            when dossiers.status in (3, 5, 6, 8) and not dossiers.has_pause_reason
                then concat('Trạng thái ', cast(dossiers.status as varchar), ', không có lý do')
            when paused_on_the_day.paused_at is not null
                then concat('Dừng ', {{ time_text('paused_on_the_day.paused_at') }}, ', đúng ngày hẹn trả')
            when dossiers.status = 3 and refused_when_due.refused_at is not null
                then concat('Từ chối ', {{ time_text('refused_when_due.refused_at') }}, ', đã đến ngày hẹn trả')
            else concat('Dừng từ ', {{ day_text('dossiers.supplement_requested_at') }})
        end as evidence
    from dossiers
    left join paused_on_the_day on dossiers.dossier_code = paused_on_the_day.dossier_code
    left join refused_when_due on dossiers.dossier_code = refused_when_due.dossier_code
    where
        (dossiers.status in (3, 5, 6, 8) and not dossiers.has_pause_reason)
        or paused_on_the_day.paused_at is not null
        or (dossiers.status = 3 and refused_when_due.refused_at is not null)
        or (
            dossiers.status = 8
            and {{ days_between('cast(dossiers.supplement_requested_at as date)', as_of()) }}
            > {{ var('province')['thresholds']['paused_days'] }}
        )
),

due_date_moved as (
    select
        dossiers.dossier_code,
        'A3' as rule,
        concat(
            'Hẹn trả ', {{ day_text('promise_moves.due_before') }},
            ' lùi đến ', {{ day_text('promise_moves.due_at') }},
            coalesce(' vào ngày ' || {{ day_text('promise_moves.moved_at') }}, ''),
            case
                when promise_moves.is_too_long then ', gia hạn dài hơn mức cho phép'
                when promise_moves.extension_number > 1
                    then concat(', gia hạn lần ', cast(promise_moves.extension_number as varchar))
                else ''
            end,
            case
                when promise_moves.is_made_late then ', khi đã quá hẹn'
                when not promise_moves.is_made_late then ', khi chưa quá hẹn'
                else ', chưa biết lùi trước hay sau khi quá hẹn'
            end
        ) as evidence
    from dossiers
    inner join promise_moves on dossiers.dossier_code = promise_moves.dossier_code
),

-- of pauses set when the promised time had passed, the first
paused_when_late as (
    select
        *,
        row_number() over (partition by dossier_code order by paused_at) as pause_rank
    from pause_starts
    where {{ is_after('paused_at', 'due_before') }}
),

lateness_hidden as (
    select
        dossiers.dossier_code,
        'A4' as rule,
        case
            when
                {{ is_after('dossiers.supplement_requested_at', 'dossiers.due_at') }}
                and coalesce(dossiers.supplement_requested_at < dossiers.finished_at, true)
                then concat(
                        'Hẹn trả ',
                        {{ day_text('dossiers.due_at') }},
                        ', yêu cầu bổ sung ',
                        {{ day_text('dossiers.supplement_requested_at') }}
                    )
            when paused_when_late.paused_at is not null
                then concat(
                        'Hẹn trả ',
                        {{ day_text('paused_when_late.due_before') }},
                        ', dừng ',
                        {{ day_text('paused_when_late.paused_at') }},
                        coalesce(', tiếp tục ' || {{ day_text('paused_when_late.resumed_at') }}, '')
                    )
            else concat('Yêu cầu bổ sung ', cast(dossiers.supplement_rounds as varchar), ' lần')
        end as evidence
    from dossiers
    left join paused_when_late
        on dossiers.dossier_code = paused_when_late.dossier_code and paused_when_late.pause_rank = 1
    where
        (
            {{ is_after('dossiers.supplement_requested_at', 'dossiers.due_at') }}
            and coalesce(dossiers.supplement_requested_at < dossiers.finished_at, true)
        )
        or paused_when_late.paused_at is not null
        or dossiers.supplement_rounds > 1
),

deleted_when_late as (
    select
        dossier_code,
        'A9' as rule,
        concat('Hẹn trả ', {{ day_text('due_at') }}, ', xóa ', {{ day_text('deleted_at') }}) as evidence
    from all_dossiers
    where finished_at is null and {{ is_after('deleted_at', 'due_at') }}
),

-- what an export that was sent again no longer has is not gone for this
vanished_when_late as (
    select
        dossier_code,
        'A9' as rule,
        concat(
            'Hẹn trả ', {{ day_text('due_at') }}, ', không còn trong dữ liệu từ ', {{ day_text('vanished_at') }}
        ) as evidence
    from all_dossiers
    where
        deleted_at is null
        and finished_at is null
        and coalesce(status, 4) not in (1, 3, 7, 9, 10)
        and {{ is_after('vanished_at', 'due_at') }}
        and cast(due_at as date) < {{ as_of() }}
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
    union all
    select * from vanished_when_late
)

select * from flags
