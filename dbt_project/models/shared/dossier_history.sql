with

states as (
    select * from {{ ref('int_dossier_states') }}
),

standing as (
    select * from {{ ref('int_dossier_standing') }}
    where vanished_at is not null
),

last_states as (
    select
        states.*,
        standing.vanished_at,
        row_number() over (partition by states.dossier_key order by states.valid_from desc) as latest_rank
    from states
    inner join standing on states.dossier_key = standing.dossier_key
),

-- what is gone from its source ends in a state of its own: as it was, and since when it is gone
states_and_ends as (
    select
        states.dossier_key,
        states.valid_from,
        states.valid_from_basis,
        states.status,
        states.due_at,
        states.received_at,
        states.supplement_requested_at,
        states.supplement_rounds,
        states.finished_at,
        states.returned_at,
        states.deleted_at,
        case when states.valid_from >= standing.vanished_at then standing.vanished_at end as vanished_at,
        states.source,
        states.is_first_seen,
        states.recorded_from,
        states.dataset,
        states.source_system,
        states.batch_id,
        states.row_number
    from states
    left join standing on states.dossier_key = standing.dossier_key
    union all
    select
        dossier_key,
        vanished_at as valid_from,
        'landing' as valid_from_basis,
        status,
        due_at,
        received_at,
        supplement_requested_at,
        supplement_rounds,
        finished_at,
        returned_at,
        deleted_at,
        vanished_at,
        'exports' as source,
        false as is_first_seen,
        vanished_at as recorded_from,
        dataset,
        source_system,
        batch_id,
        row_number
    from last_states
    where latest_rank = 1 and vanished_at > valid_from
),

history as (
    select
        dossier_key as dossier_code,
        valid_from,
        lead(valid_from) over (partition by dossier_key order by valid_from) as valid_to,
        valid_from_basis,
        cast(status as bigint) as status,
        due_at,
        received_at,
        supplement_requested_at,
        cast(supplement_rounds as bigint) as supplement_rounds,
        finished_at,
        returned_at,
        deleted_at,
        vanished_at,
        source,
        is_first_seen,
        recorded_from,
        dataset,
        source_system,
        batch_id,
        row_number
    from states_and_ends
)

select * from history
