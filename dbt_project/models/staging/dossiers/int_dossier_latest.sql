with

versions as (
    select * from {{ ref('int_dossier_versions') }}
    where row_verdict = 'kept'
),

ranked as (
    select
        *,
        row_number() over (
            partition by dossier_key
            order by source_priority asc, dataset asc, batch_sequence desc, row_number desc
        ) as source_rank
    from versions
),

latest as (
    select * from ranked
    where source_rank = 1
)

select * from latest
