{%- set province = var('province') -%}
with

agencies as (
    select * from {{ ref('agencies') }}
),

communes as (
    select * from {{ ref('administrative_units') }}
    where
        level = 'commune'
        and province_code = '{{ province["province_code"] }}'
        and valid_from <= {{ as_of() }}
        and (valid_to is null or valid_to >= {{ as_of() }})
),

units as (
    select
        'province' as unit_kind,
        '{{ province["agency_prefix"] }}' as unit_code,
        {{ text_literal(province["name"]) }} as unit_name,
        cast(null as varchar) as level,
        date '1900-01-01' as valid_from,
        cast(null as date) as valid_to
    union all
    select
        'agency' as unit_kind,
        agency_code as unit_code,
        agency_name as unit_name,
        level,
        valid_from,
        valid_to
    from agencies
    where agency_code <> '{{ province["agency_prefix"] }}'
    union all
    select
        'commune' as unit_kind,
        code as unit_code,
        name as unit_name,
        'commune' as level,
        date '1900-01-01' as valid_from,
        cast(null as date) as valid_to
    from communes
)

select * from units
