with

listed_units as (
    select * from {{ source('reference', 'administrative_units') }}
),

units as (
    select
        code,
        name,
        short_name,
        type,
        level,
        parent_code,
        province_code,
        valid_from,
        valid_to
    from listed_units
)

select * from units
