{{ config(materialized='view') }}
with

placements as (
    select * from {{ ref('int_settlement_placements') }}
)

select * from placements
