with

outcomes as (
    select * from {{ ref('int_figure_outcomes') }}
    where reason is not null
),

batches as (
    select
        batch_id,
        dataset
    from {{ ref('batches') }}
),

datasets as (
    select * from {{ ref('int_datasets') }}
),

uncounted as (
    select
        outcomes.batch_id,
        batches.dataset,
        datasets.owner_key,
        outcomes.layer,
        outcomes.bucket,
        outcomes.reason,
        cast(outcomes.row_count as bigint) as row_count
    from outcomes
    inner join batches on outcomes.batch_id = batches.batch_id
    left join datasets on batches.dataset = datasets.dataset
)

select * from uncounted
