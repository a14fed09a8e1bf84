{%- set own = var('province').get('agency_changes', []) -%}
{%- set columns = {
    'old_name': 'varchar', 'old_code': 'varchar', 'new_name': 'varchar', 'new_code': 'varchar', 'change': 'varchar',
    'effective_on': 'date', 'field_of_work': 'varchar', 'basis': 'varchar'
} -%}
with

reported_changes as (
    select * from {{ ref('reported_agency_changes') }}
),

own_changes as (
    {{ rows_of(own, columns) }}
),

-- what a province says of an agency replaces all that is reported of it
changes as (
    select
        old_name,
        upper(trim(old_code)) as old_code,
        new_name,
        upper(trim(new_code)) as new_code,
        change,
        effective_on,
        field_of_work,
        basis,
        false as is_assumed
    from own_changes
    union all
    select
        old_name,
        cast(null as varchar) as old_code,
        new_name,
        cast(null as varchar) as new_code,
        change,
        effective_on,
        field_of_work,
        basis,
        true as is_assumed
    from reported_changes
    where {{ name_key('old_name') }} not in (select {{ name_key('own_changes.old_name') }} from own_changes)
)

select * from changes
