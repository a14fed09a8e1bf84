{{ config(materialized='view') }}
with

frozen_tables as (
    select * from {{ source('freezes', 'frozen_tables') }}
),

-- only periods whose placements were frozen: a period may have been frozen before a table could be
periods as (
    select
        period_type,
        period_start,
        period_end
    from frozen_tables
    where table_name = 'settlement_dossiers'
)

select * from periods
