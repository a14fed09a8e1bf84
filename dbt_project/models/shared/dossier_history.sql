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
        *,
        row_number() over (partition by dossier_key order by valid_from desc) as latest_rank
    from states
),

-- what is gone from its source ends in a state of its own: as it was, and since when it is gone
states_and_ends as (
    select
        dossier_key,
        valid_from,
        valid_from_basis,
        status,
        due_at,
        received_at,
        supplement_requested_at,
        supplement_rounds,
        finished_at,
        returned_at,
        deleted_at,
        cast(null as timestamp) as vanished_at,
        source,
        is_first_seen,
        recorded_from,
        dataset,
        source_system,
        batch_id,
        row_number
    from states
    union all
    select
        last_states.dossier_key,
        greatest(standing.vanished_at, last_states.valid_from) as valid_from,
        'landing' as valid_from_basis,
        last_states.status,
        last_states.due_at,
        last_states.received_at,
        last_states.supplement_requested_at,
        last_states.supplement_rounds,
        last_states.finished_at,
        last_states.returned_at,
        last_states.deleted_at,
        standing.vanished_at,
        'exports' as source,
        false as is_first_seen,
        standing.vanished_at as recorded_from,
        last_states.dataset,
        last_states.source_system,
        last_states.batch_id,
        last_states.row_number
    from last_states
    inner join standing on last_states.dossier_key = standing.dossier_key
    where last_states.latest_rank = 1
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
