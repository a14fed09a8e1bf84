with

states as (
    select * from {{ ref('dossier_history') }}
    where deleted_at is null and vanished_at is null
),

compared as (
    select
        dossier_code,
        status,
        valid_from,
        valid_from_basis,
        received_at,
        due_at,
        supplement_requested_at,
        lead(valid_from) over states_in_order as resumed_at,
        lag(status) over states_in_order as status_before,
        max(supplement_requested_at) over states_before as requested_before,
        lag(finished_at) over states_in_order as finished_before,
        {{ last_known('due_at') }} over states_before as due_before
    from states
    window
        states_in_order as (partition by dossier_code order by valid_from),
        states_before as (
            partition by dossier_code order by valid_from rows between unbounded preceding and 1 preceding
        )
),

-- from one kind of waiting to another the pause goes on; a request that was told before begins no second one
begun as (
    select
        dossier_code,
        status,
        received_at,
        resumed_at,
        coalesce(due_before, due_at) as due_before,
        case
            when valid_from_basis = 'step' then valid_from
            when requested_before is null or supplement_requested_at > requested_before then supplement_requested_at
        end as paused_at
    from compared
    where
        status in (5, 6, 8)
        and coalesce(status_before, 0) not in (5, 6, 8)
        and finished_before is null
),

pause_starts as (
    select * from begun
    where paused_at is not null
)

select * from pause_starts
