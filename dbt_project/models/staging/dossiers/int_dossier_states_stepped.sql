with

steps as (
    select * from {{ ref('int_dossier_steps_taken') }}
),

standing as (
    select * from {{ ref('int_dossier_standing') }}
),

dossier_rows as (
    select * from {{ ref('int_dossier_rows') }}
),

last_known_steps as (
    select
        dossier_key,
        max(case when not is_after_row then happened_at end) as stepped_at
    from steps
    group by dossier_key
),

-- the row that stands for a dossier with steps, at the time of the last thing it knows
rows_of_stepped as (
    select
        standing.dossier_key as main_key,
        coalesce(
            greatest(last_known_steps.stepped_at, least(dossier_rows.happened_at, standing.said_at)),
            standing.said_at
        ) as event_at,
        dossier_rows.*
    from standing
    inner join last_known_steps on standing.dossier_key = last_known_steps.dossier_key
    inner join dossier_rows
        on standing.batch_id = dossier_rows.batch_id
            and standing.row_number = dossier_rows.row_number
            and standing.source_file = dossier_rows.source_file
            and coalesce(standing.sheet, '') = coalesce(dossier_rows.sheet, '')
),

events as (
    select
        dossier_key,
        happened_at as event_at,
        is_after_row,
        0 as is_row,
        status,
        due_at,
        landed_at,
        dataset,
        source_system,
        batch_sequence,
        batch_id,
        row_number
    from steps
    union all
    select
        main_key as dossier_key,
        event_at,
        true as is_after_row,
        1 as is_row,
        cast(null as bigint) as status,
        cast(null as timestamp) as due_at,
        landed_at,
        dataset,
        source_system,
        batch_sequence,
        batch_id,
        row_number
    from rows_of_stepped
),

-- a step says what changed; the rest stays. What the row says holds from the row on.
carried as (
    select
        *,
        {{ last_known('status') }} over phase as step_status,
        {{ last_known('due_at') }} over phase as step_due_at,
        min(case when status in (7, 9, 10) then event_at end) over phase as step_finished_at,
        min(case when status = 10 then event_at end) over phase as step_returned_at,
        max(due_at) over (partition by dossier_key, is_after_row) is not null as is_due_moved,
        row_number() over events_in_order as event_number
    from events
    window
        phase as (
            partition by dossier_key, is_after_row
            order by event_at asc, is_row desc, batch_sequence asc, row_number asc
            rows between unbounded preceding and current row
        ),
        events_in_order as (
            partition by dossier_key
            order by is_after_row asc, event_at asc, is_row desc, batch_sequence asc, row_number asc
        )
),

filled as (
    select
        carried.dossier_key,
        carried.event_at as valid_from,
        carried.is_row,
        carried.event_number,
        case
            when carried.is_after_row then coalesce(carried.step_status, stands.status)
            else carried.step_status
        end as status,
        case
            when carried.is_after_row then coalesce(carried.step_due_at, stands.due_at)
            when carried.is_due_moved then carried.step_due_at
            else stands.due_at
        end as due_at,
        case
            when carried.is_after_row or stands.received_at <= carried.event_at then stands.received_at
        end as received_at,
        case
            when carried.is_after_row or stands.supplement_requested_at <= carried.event_at
                then stands.supplement_requested_at
        end as supplement_requested_at,
        case
            when carried.is_after_row or coalesce(stands.supplement_requested_at <= carried.event_at, true)
                then stands.supplement_rounds
            else 0
        end as supplement_rounds,
        case
            when carried.is_after_row then coalesce(stands.finished_at, carried.step_finished_at)
            when stands.finished_at <= carried.event_at then stands.finished_at
        end as finished_at,
        case
            when carried.is_after_row then coalesce(stands.returned_at, carried.step_returned_at)
            when stands.returned_at <= carried.event_at then stands.returned_at
        end as returned_at,
        case
            when carried.is_after_row or stands.deleted_at <= carried.event_at then stands.deleted_at
        end as deleted_at,
        carried.landed_at as recorded_from,
        carried.dataset,
        carried.source_system,
        carried.batch_id,
        carried.row_number
    from carried
    inner join rows_of_stepped as stands on carried.dossier_key = stands.main_key
),

hashed as (
    select
        *,
        {{ row_hash([
            'status', 'due_at', 'received_at', 'supplement_requested_at', 'supplement_rounds', 'finished_at',
            'returned_at', 'deleted_at'
        ]) }} as state_hash
    from filled
),

-- a row that says what the last step said is no event; of events at the same time the last counts
telling as (
    select
        *,
        lag(state_hash) over (partition by dossier_key order by event_number) as hash_before
    from hashed
),

last_of_time as (
    select
        *,
        row_number() over (partition by dossier_key, valid_from order by event_number desc) as same_time_rank
    from telling
    where is_row = 0 or hash_before is null or state_hash <> hash_before
),

compared as (
    select
        *,
        lag(state_hash) over (partition by dossier_key order by valid_from) as state_before
    from last_of_time
    where same_time_rank = 1
),

states as (
    select
        dossier_key,
        valid_from,
        case when is_row = 1 then 'dates' else 'step' end as valid_from_basis,
        status,
        due_at,
        received_at,
        supplement_requested_at,
        supplement_rounds,
        finished_at,
        returned_at,
        deleted_at,
        false as is_first_seen,
        recorded_from,
        dataset,
        source_system,
        batch_id,
        row_number
    from compared
    where state_before is null or state_hash <> state_before
)

select * from states
