with

standing as (
    select * from {{ ref('int_dossier_standing') }}
),

landed as (
    select * from {{ ref('int_dossiers_landed') }}
    where not is_missing
),

stepped as (
    select
        *,
        row_number() over (partition by dossier_key order by valid_from desc) as latest_rank
    from {{ ref('int_dossier_states_stepped') }}
),

-- steps may be newer than the row: they say where the dossier is now
latest as (
    select
        standing.dossier_key,
        standing.vanished_at,
        stepped.status as step_status,
        stepped.due_at as step_due_at,
        stepped.finished_at as step_finished_at,
        stepped.returned_at as step_returned_at,
        landed.*
    from standing
    inner join landed
        on standing.batch_id = landed.batch_id
            and standing.row_number = landed.row_number
            and standing.source_file = landed.source_file
            and coalesce(standing.sheet, '') = coalesce(landed.sheet, '')
    left join stepped on standing.dossier_key = stepped.dossier_key and stepped.latest_rank = 1
)

select * from latest
