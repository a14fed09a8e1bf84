with

batches as (
    select
        batch_id,
        dataset
    from {{ ref('batches') }}
    where is_active
),

-- legacy encodings, brought to Unicode before a batch landed
landing_repairs as (
    select
        landed.batch_id,
        batches.dataset,
        landed.column_name,
        'landing' as stage,
        landed.kind,
        landed.row_count,
        landed.example_row
    from {{ source('landing_index', 'repairs') }} as landed
    inner join batches on landed.batch_id = batches.batch_id
),

repaired_rows as (
    select
        batch_id,
        dataset,
        column_name,
        kind,
        row_number
    from {{ ref('int_row_repairs') }}
    union all
    select
        batch_id,
        dataset,
        column_name,
        kind,
        row_number
    from {{ ref('identifier_repairs') }}
),

staging_repairs as (
    select
        batch_id,
        dataset,
        column_name,
        'staging' as stage,
        kind,
        count(*) as row_count,
        min(row_number) as example_row
    from repaired_rows
    group by
        batch_id,
        dataset,
        column_name,
        kind
),

repairs as (
    select * from landing_repairs
    union all
    select * from staging_repairs
)

select
    batch_id,
    dataset,
    column_name,
    stage,
    kind,
    cast(row_count as bigint) as row_count,
    cast(example_row as bigint) as example_row
from repairs
