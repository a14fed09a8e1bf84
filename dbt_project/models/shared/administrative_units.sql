with

package_units as (
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
        cast(valid_from as date) as valid_from,
        cast(valid_to as date) as valid_to
    from package_units
)

select * from units
