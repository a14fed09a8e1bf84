with

official_rows as (
    select
        new_code,
        old_name,
        dataset,
        coalesce(effective_on, date '2025-07-01') as effective_on,
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

derived_changes as (
    select * from {{ source('reference', 'administrative_unit_changes') }}
),

listed_units as (
    select * from {{ source('reference', 'administrative_units') }}
),

typed as (
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
        effective_on,
        old_name,
        dataset
    from official_rows
),

-- a row that names another unit than its code does, and that nothing else confirms, is not believed
judged as (
    select
        typed.*,
        case
            when typed.old_code is null then 'no_old_unit'
            when derived_changes.old_code is not null or listed_units.code is null then 'kept'
            when {{ name_key('typed.old_name') }} <> {{ name_key('listed_units.name') }} then 'code_of_another_name'
            else 'kept'
        end as verdict
    from typed
    left join derived_changes
        on typed.old_code = derived_changes.old_code
            and typed.new_code = derived_changes.new_code
            and typed.effective_on = derived_changes.effective_on
    left join listed_units
        on typed.old_code = listed_units.code
            and typed.effective_on > listed_units.valid_from
            and listed_units.valid_to >= {{ day_before('typed.effective_on') }}
)

select * from judged
