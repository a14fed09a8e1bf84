{{ config(materialized='view') }}

with

logged as (
    select * from {{ source('logbook', 'mail_log') }}
)

select * from logged
