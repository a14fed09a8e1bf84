{%- set extension = var('province')['extension'] -%}
with

states as (
    select * from {{ ref('dossier_history') }}
    where due_at is not null
),

extensions as (
    select * from {{ ref('int_dossier_extensions') }}
),

deadlines as (
    select * from {{ ref('int_dossier_deadlines') }}
),

compared as (
    select
        dossier_code,
        valid_from,
        case when valid_from_basis = 'step' then valid_from end as moved_at,
        -- when the store saw it at the latest
        case when valid_from_basis in ('source', 'landing') then valid_from else recorded_from end as moved_by,
        due_at,
        coalesce(supplement_rounds, 0) as supplement_rounds,
        status in (5, 6, 8) as is_paused,
        lag(due_at) over states_in_order as due_before,
        lag(coalesce(supplement_rounds, 0)) over states_in_order as rounds_before
    from states
    window states_in_order as (partition by dossier_code order by valid_from)
),

numbered as (
    select
        *,
        sum(case when due_at <> due_before then 1 else 0 end) over (
            partition by dossier_code order by valid_from
        ) as promise_number
    from compared
),

-- states under one promise
promises as (
    select
        dossier_code,
        promise_number,
        max(case when is_paused then 1 else 0 end) = 1 as is_paused
    from numbered
    group by dossier_code, promise_number
),

moves as (
    select
        numbered.dossier_code,
        numbered.moved_at,
        numbered.valid_from,
        numbered.due_before,
        numbered.due_at,
        case
            when numbered.moved_at is not null then {{ is_after('numbered.moved_at', 'numbered.due_before') }}
            when not {{ is_after('numbered.moved_by', 'numbered.due_before') }} then false
        end as is_made_late,
        numbered.supplement_rounds > numbered.rounds_before or numbered.is_paused or before.is_paused as is_waited_for,
        extensions.extension_number,
        coalesce(deadlines.refused_working_seconds, 0) > 0 as is_too_long
    from numbered
    inner join promises as before
        on numbered.dossier_code = before.dossier_code and numbered.promise_number - 1 = before.promise_number
    left join extensions
        on numbered.dossier_code = extensions.dossier_key and numbered.valid_from = extensions.extended_at
    left join deadlines on numbered.dossier_code = deadlines.dossier_key
    where numbered.due_at > numbered.due_before
),

-- as many extensions are allowed as the profile says, in time and within its limit
unexplained as (
    select
        dossier_code,
        moved_at,
        due_before,
        due_at,
        is_made_late,
        extension_number,
        coalesce(extension_number = 1 and is_too_long, false) as is_too_long,
        row_number() over (
            partition by dossier_code order by case when is_made_late then 0 else 1 end asc, valid_from desc
        ) as move_rank
    from moves
    where
        not is_waited_for
        and not coalesce(extension_number <= {{ extension['count'] }} and not is_made_late and not is_too_long, false)
)

select * from unexplained
