{{ config(materialized='view') }}

with

logged as (
    select * from {{ source('logbook', 'releases') }}
)

select * from logged
