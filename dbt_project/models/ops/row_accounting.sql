with

batches as (
    select * from {{ ref('batches') }}
),

verdicts as (
    select
        batch_id,
        sum(case when bucket = 'kept' then row_count else 0 end) as kept,
        sum(case when bucket = 'superseded' then row_count else 0 end) as superseded,
        sum(case when bucket = 'duplicate' then row_count else 0 end) as duplicate,
        sum(case when bucket = 'quarantined' then row_count else 0 end) as quarantined
    from {{ ref('int_row_verdicts') }}
    group by batch_id
),

datasets as (
    select * from {{ ref('int_datasets') }}
),

outcomes as (
    select
        'shared' as layer,
        batch_id,
        bucket,
        row_count
    from {{ ref('int_shared_outcomes') }}
    union all
    select
        layer,
        batch_id,
        bucket,
        row_count
    from {{ ref('int_figure_outcomes') }}
),

landing_layer as (
    select
        batch_id,
        dataset,
        'landing' as layer,
        rows_read as rows_in,
        case when state = 'committed' then rows_landed else 0 end as kept,
        0 as superseded,
        0 as duplicate,
        rows_rejected + case when state = 'rejected' then rows_landed else 0 end as rejected,
        0 as quarantined,
        rows_out_of_scope as out_of_scope,
        case when state = 'held' then rows_landed else 0 end as held,
        0 as not_counted,
        0 as suppressed
    from batches
),

staging_layer as (
    select
        batches.batch_id,
        batches.dataset,
        'staging' as layer,
        batches.rows_landed as rows_in,
        coalesce(verdicts.kept, 0) as kept,
        batches.rows_landed - batches.rows_active + coalesce(verdicts.superseded, 0) as superseded,
        coalesce(verdicts.duplicate, 0) as duplicate,
        0 as rejected,
        coalesce(verdicts.quarantined, 0) as quarantined,
        0 as out_of_scope,
        0 as held,
        0 as not_counted,
        0 as suppressed
    from batches
    left join verdicts on batches.batch_id = verdicts.batch_id
    where batches.state = 'committed'
),

-- what one layer kept enters the next; of the shared tables, dossiers go on to figures and procedures to open tables
entered as (
    select
        batch_id,
        'shared' as layer,
        kept as rows_in
    from verdicts
    union all
    select
        batch_id,
        'metrics' as layer,
        count(*) as rows_in
    from {{ ref('dossiers') }}
    group by batch_id
    union all
    select
        batch_id,
        'open_data' as layer,
        row_count as rows_in
    from outcomes
    where layer = 'metrics' and bucket = 'kept'
    union all
    select
        batch_id,
        'open_data' as layer,
        count(distinct row_number) as rows_in
    from {{ ref('procedures') }}
    where batch_id is not null
    group by batch_id
),

-- rows that came from nowhere are as wrong as rows that went nowhere
moved as (
    select
        batch_id,
        layer,
        'in' as bucket,
        rows_in as row_count
    from entered
    union all
    select
        batch_id,
        layer,
        bucket,
        row_count
    from outcomes
),

later_layers as (
    select
        moved.batch_id,
        batches.dataset,
        moved.layer,
        sum(case when moved.bucket = 'in' then moved.row_count else 0 end) as rows_in,
        sum(case when moved.bucket = 'kept' then moved.row_count else 0 end) as kept,
        sum(case when moved.bucket = 'superseded' then moved.row_count else 0 end) as superseded,
        0 as duplicate,
        0 as rejected,
        sum(case when moved.bucket = 'quarantined' then moved.row_count else 0 end) as quarantined,
        0 as out_of_scope,
        0 as held,
        sum(case when moved.bucket = 'not_counted' then moved.row_count else 0 end) as not_counted,
        sum(case when moved.bucket = 'suppressed' then moved.row_count else 0 end) as suppressed
    from moved
    left join batches on moved.batch_id = batches.batch_id
    group by
        moved.batch_id,
        batches.dataset,
        moved.layer
),

layers as (
    select * from landing_layer
    union all
    select * from staging_layer
    union all
    select * from later_layers
),

balanced as (
    select
        layers.batch_id,
        layers.dataset,
        datasets.owner_key,
        layers.layer,
        cast(layers.rows_in as bigint) as rows_in,
        cast(layers.kept as bigint) as kept,
        cast(layers.superseded as bigint) as superseded,
        cast(layers.duplicate as bigint) as duplicate,
        cast(layers.rejected as bigint) as rejected,
        cast(layers.quarantined as bigint) as quarantined,
        cast(layers.out_of_scope as bigint) as out_of_scope,
        cast(layers.held as bigint) as held,
        cast(layers.not_counted as bigint) as not_counted,
        cast(layers.suppressed as bigint) as suppressed,
        cast(
            layers.rows_in - layers.kept - layers.superseded - layers.duplicate - layers.rejected - layers.quarantined
            - layers.out_of_scope - layers.held - layers.not_counted - layers.suppressed as bigint
        ) as missing
    from layers
    left join datasets on layers.dataset = datasets.dataset
)

select * from balanced
