{{ config(materialized='view') }}
with

periods as (
    select * from {{ source('freezes', 'periods') }}
),

freezes as (
    select
        period_type,
        period_start,
        period_end,
        period,
        title,
        as_of,
        frozen_at,
        frozen_by,
        model_version,
        profile_hash,
        inputs_hash,
        figures_hash,
        chain_hash,
        batch_count,
        dossier_count
    from periods
)

select * from freezes
