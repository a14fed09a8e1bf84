{{ config(materialized='view') }}

with

listed as (
    select * from {{ source('landing_index', 'drift') }}
)

select * from listed
