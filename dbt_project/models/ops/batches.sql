with

index_rows as (
    select * from {{ source('landing_index', 'batches') }}
),

-- a later batch of the same file, or of the same full extraction, takes the place of the earlier one
ranked as (
    select
        *,
        row_number() over (partition by dataset order by landed_at, batch_id) as batch_sequence,
        row_number() over (partition by dataset, slice order by landed_at desc, batch_id desc) = 1 as is_active
    from index_rows
)

select * from ranked
