with

units as (
    select * from {{ ref('administrative_units') }}
),

aliases as (
    select * from {{ ref('unit_aliases') }}
),

spelled as (
    select
        *,
        short_name as written
    from units
    union all
    select
        units.*,
        aliases.alias as written
    from units
    inner join aliases on {{ spelling_key('units.short_name') }} = {{ spelling_key('aliases.short_name') }}
),

names as (
    select
        code,
        level,
        parent_code,
        province_code,
        valid_from,
        valid_to,
        written,
        {{ name_key('type') }} as type_key,
        {{ spelling_key('written') }} as spelling_key,
        {{ name_key('written') }} as name_key
    from spelled
)

select * from names
