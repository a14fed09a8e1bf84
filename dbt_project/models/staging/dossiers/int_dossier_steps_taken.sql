with

steps as (
    select * from {{ ref('int_dossier_steps') }}
    where row_verdict = 'kept' and dossier_code is not null and happened_at is not null
),

batches as (
    select * from {{ ref('batches') }}
),

codes as (
    select * from {{ ref('int_dossier_codes') }}
),

standing as (
    select * from {{ ref('int_dossier_standing') }}
),

keyed as (
    select
        *,
        {{ dossier_key('dossier_code') }} as step_key
    from steps
),

-- steps of a dossier that no source has are kept in staging only
taken as (
    select
        standing.dossier_key,
        keyed.dataset,
        keyed.source_system,
        -- nothing was done after it was read: a later time is a typing error
        least(keyed.happened_at, batches.landed_at) as happened_at,
        keyed.status,
        keyed.due_at,
        keyed.step_kind,
        keyed.forwarded_to_raw,
        batches.landed_at,
        keyed.batch_sequence,
        keyed.batch_id,
        keyed.row_number,
        -- the row of the dossier knows of what happened until it was said
        least(keyed.happened_at, batches.landed_at) > standing.said_at as is_after_row
    from keyed
    inner join batches on keyed.batch_id = batches.batch_id
    left join codes on keyed.step_key = codes.dossier_key
    inner join standing on coalesce(codes.main_key, keyed.step_key) = standing.dossier_key
)

select * from taken
