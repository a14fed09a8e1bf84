{{ config(materialized='view') }}
with

placements as (
    select * from {{ source('freezes', 'settlement_dossiers') }}
)

select * from placements
