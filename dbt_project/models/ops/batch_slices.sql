with

slices as (
    select * from {{ source('landing_index', 'slices') }}
),

committed as (
    select batch_id from {{ source('landing_index', 'batches') }}
    where state = 'committed'
),

-- a later batch of the same file, period or whole table takes the place of the earlier one
ranked as (
    select
        slices.batch_id,
        slices.dataset,
        slices.slice,
        slices.row_count,
        row_number() over (
            partition by slices.dataset, slices.slice order by slices.batch_id desc
        ) = 1 as is_active,
        lead(slices.batch_id) over (
            partition by slices.dataset, slices.slice order by slices.batch_id
        ) as replaced_by
    from slices
    inner join committed on slices.batch_id = committed.batch_id
)

select * from ranked
