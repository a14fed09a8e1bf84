{%- set province = var('province')['agency_prefix'] -%}
with

tree as (
    select * from {{ ref('int_agency_tree') }}
),

-- the province is a unit of its own kind, which has also what no listed agency received
members as (
    select
        'agency' as unit_kind,
        ancestor_code as unit_code,
        agency_code as place_code
    from tree
    where ancestor_code <> '{{ province }}'
    union all
    select
        'agency' as unit_kind,
        'khong_ro' as unit_code,
        'khong_ro' as place_code
)

select * from members
