with

index_rows as (
    select * from {{ source('landing_index', 'batches') }}
),

active_slices as (
    select
        batch_id,
        cast(sum(row_count) as bigint) as rows_active
    from {{ ref('batch_slices') }}
    where is_active
    group by batch_id
),

-- what waits for a person, or was refused, is shown but never read
ranked as (
    select
        index_rows.*,
        row_number() over (partition by index_rows.dataset order by index_rows.batch_id) as batch_sequence,
        active_slices.batch_id is not null as is_active,
        coalesce(active_slices.rows_active, 0) as rows_active
    from index_rows
    left join active_slices on index_rows.batch_id = active_slices.batch_id
)

select * from ranked
