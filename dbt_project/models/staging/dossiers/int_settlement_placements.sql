{{ config(materialized='view') }}
with

as_system as (
    select * from {{ ref('int_settlement_placed_as_system') }}
),

strict as (
    select * from {{ ref('int_settlement_placed_strict') }}
),

placements as (
    select * from as_system
    union all
    select * from strict
)

select * from placements
