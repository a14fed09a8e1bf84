with

derived_changes as (
    select * from {{ source('reference', 'administrative_unit_changes') }}
),

official_rows as (
    select
        new_code,
        case when {{ matches('note', '^[Nn]h[âậ]p') }} then 'merged' else note end as kind,
        lower(note) as note,
        -- an island district without communes became a commune as a whole: its own code is the old one
        case
            when old_code is not null then old_code
            when {{ matches('lower(note)', '^sắp xếp toàn bộ huyện') }}
                then {{ extract_group('old_district', '[(]([0-9]{3})[)]') }}
        end as old_code
    from {{ ref('int_commune_changes') }}
    where row_verdict = 'kept' and new_code is not null
),

official_changes as (
    select
        old_code,
        new_code,
        case
            when kind = 'merged' and {{ matches('note', 'một +phần') }} then 'merged_in_part'
            when kind = 'merged' then 'merged_whole'
            when {{ matches('note', 'giữ nguyên') }} then 'unchanged'
            when {{ matches('note', 'một phần') }} then 'split'
            else 'renamed'
        end as change,
        -- the day of the reform that the table is about, NQ 202/2025/QH15
        date '2025-07-01' as effective_on
    from official_rows
    where old_code is not null
),

changes as (
    select
        old_code,
        new_code,
        change,
        effective_on
    from official_changes
    union all
    select
        old_code,
        new_code,
        change,
        effective_on
    from derived_changes
    where not exists (select 1 from official_changes)
)

select * from changes
