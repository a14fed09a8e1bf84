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

shared_rows as (
    select
        batch_id,
        sum(row_count) as kept
    from {{ ref('int_shared_rows') }}
    group by batch_id
),

dossiers as (
    select
        dossier_code,
        batch_id,
        row_number
    from {{ ref('dossiers') }}
),

codes as (
    select * from {{ ref('int_dossier_codes') }}
),

-- a dossier that another source, row or code stands for is superseded; one that no row stands for is lost
dossier_rows as (
    select
        staged.batch_id,
        sum(
            case when dossiers.batch_id = staged.batch_id and dossiers.row_number = staged.row_number then 1 else 0 end
        ) as kept,
        sum(
            case when dossiers.batch_id <> staged.batch_id or dossiers.row_number <> staged.row_number then 1 else 0 end
        ) as superseded
    from {{ ref('int_dossiers') }} as staged
    left join codes on {{ dossier_key('staged.dossier_code') }} = codes.dossier_key
    left join dossiers
        on coalesce(codes.main_key, {{ dossier_key('staged.dossier_code') }}) = dossiers.dossier_code
    where staged.row_verdict = 'kept'
    group by staged.batch_id
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
        case when state = 'held' then rows_landed else 0 end as held
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
        0 as held
    from batches
    left join verdicts on batches.batch_id = verdicts.batch_id
    where batches.state = 'committed'
),

shared_datasets as (
    select distinct dataset from {{ ref('int_shared_datasets') }}
),

shared_layer as (
    select
        verdicts.batch_id,
        batches.dataset,
        'shared' as layer,
        verdicts.kept as rows_in,
        coalesce(dossier_rows.kept, shared_rows.kept, 0) as kept,
        coalesce(dossier_rows.superseded, 0) as superseded,
        0 as duplicate,
        0 as rejected,
        0 as quarantined,
        0 as out_of_scope,
        0 as held
    from verdicts
    inner join batches on verdicts.batch_id = batches.batch_id
    inner join shared_datasets on batches.dataset = shared_datasets.dataset
    left join shared_rows on verdicts.batch_id = shared_rows.batch_id
    left join dossier_rows on verdicts.batch_id = dossier_rows.batch_id
),

layers as (
    select * from landing_layer
    union all
    select * from staging_layer
    union all
    select * from shared_layer
),

balanced as (
    select
        batch_id,
        dataset,
        layer,
        cast(rows_in as bigint) as rows_in,
        cast(kept as bigint) as kept,
        cast(superseded as bigint) as superseded,
        cast(duplicate as bigint) as duplicate,
        cast(rejected as bigint) as rejected,
        cast(quarantined as bigint) as quarantined,
        cast(out_of_scope as bigint) as out_of_scope,
        cast(held as bigint) as held,
        cast(
            rows_in - kept - superseded - duplicate - rejected - quarantined - out_of_scope - held as bigint
        ) as missing
    from layers
)

select * from balanced
