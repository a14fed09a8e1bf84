{%- set pausing = var('province')['pausing_statuses'].keys() | join(', ') -%}
with

dossiers as (
    select * from {{ ref('dossiers') }}
    where received_at is not null
),

history as (
    select * from {{ ref('dossier_history') }}
),

-- of the first state that an export shows, its row's own dates say no more than that it began after them
known as (
    select
        history.*,
        dossiers.received_at as first_received_at,
        dossiers.due_at_computed,
        case
            when history.is_first_seen and history.valid_from_basis = 'dates'
                then least(history.recorded_from, history.valid_to)
            else history.valid_from
        end as known_from,
        case
            when history.status in (1, 3) then 'refused'
            when history.status = 7 and history.finished_at is not null then 'withdrawn'
            when coalesce(history.status, 9) in (9, 10) and history.finished_at is not null then 'settled'
            when history.deleted_at is not null or history.vanished_at is not null then 'gone'
            when history.status = 7 then 'withdrawn'
            when history.status in (9, 10) then 'settled'
            when history.status in ({{ pausing }}) then 'paused'
            else 'working'
        end as kind
    from history
    inner join dossiers on history.dossier_code = dossiers.dossier_code
),

timed as (
    select
        dossier_code,
        first_received_at,
        valid_from,
        kind,
        finished_at,
        due_at is null as is_due_computed,
        coalesce(due_at, due_at_computed) as due_at,
        case
            when kind in ('settled', 'withdrawn') then coalesce(finished_at, returned_at, known_from)
            when kind = 'gone' then coalesce(deleted_at, vanished_at)
            when kind = 'paused' and is_first_seen then coalesce(supplement_requested_at, known_from)
            else valid_from
        end as began_at,
        max(case when kind <> 'refused' then 1 else 0 end) over (
            partition by dossier_code order by valid_from
        ) as was_accepted
    from known
),

numbered as (
    select
        *,
        row_number() over (partition by dossier_code order by valid_from) as state_number
    from timed
    where was_accepted = 1
),

-- from the reception to the first state that is known it was being worked on
from_reception as (
    select
        dossier_code,
        state_number,
        kind,
        valid_from,
        finished_at,
        due_at,
        is_due_computed,
        case when kind in ('working', 'paused') then greatest(began_at, first_received_at) else began_at end as began_at
    from numbered
    union all
    select
        dossier_code,
        0 as state_number,
        'working' as kind,
        first_received_at as valid_from,
        cast(null as timestamp) as finished_at,
        due_at,
        is_due_computed,
        first_received_at as began_at
    from numbered
    where state_number = 1
),

in_work as (
    select
        *,
        kind in ('working', 'paused') as is_in_work,
        kind in ('working', 'paused')
        and coalesce(
            lag(kind) over (partition by dossier_code order by state_number) not in ('working', 'paused'), true
        ) as is_opening
    from from_reception
),

states as (
    select
        *,
        sum(case when is_opening then 1 else 0 end) over (
            partition by dossier_code order by state_number
        ) as spell_number
    from in_work
)

select * from states
