with

attempts as (
    select * from {{ source('landing_index', 'attempts') }}
),

last_batches as (
    select
        dataset,
        max(landed_at) as last_landed_at,
        cast(sum(rows_active) as bigint) as rows_active
    from {{ ref('batches') }}
    where state = 'committed'
    group by dataset
),

status as (
    select
        attempts.dataset,
        attempts.dataset_title,
        attempts.owner_key,
        attempts.state,
        attempts.message,
        attempts.is_transient,
        attempts.attempted_at,
        last_batches.last_landed_at,
        coalesce(last_batches.rows_active, 0) as rows_active
    from attempts
    left join last_batches on attempts.dataset = last_batches.dataset
)

select * from status
