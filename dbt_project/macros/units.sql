{#
  Which unit a code is on a day. `asked`: a relation with unit_code and on_day. One row per distinct pair of them:
  unit_code, on_day, status, valid_from (of the row in `units` that it is; null unless found). Status: found,
  wrong_generation (a unit, but not on that day), unknown, missing (no code or no day).
#}
{% macro unit_by_code(asked, units=none) -%}
    select
        asked.unit_code,
        asked.on_day,
        case
            when asked.unit_code is null or asked.on_day is null then 'missing'
            when count(case when {{ is_valid_on('units', 'asked.on_day') }} then 1 end) = 1 then 'found'
            when count(units.code) > 0 then 'wrong_generation'
            else 'unknown'
        end as status,
        max(case when {{ is_valid_on('units', 'asked.on_day') }} then units.valid_from end) as valid_from
    from (select distinct unit_code, on_day from {{ asked }}) as asked
    left join {{ units or ref('administrative_units') }} as units on asked.unit_code = units.code
    group by asked.unit_code, asked.on_day
{%- endmacro %}

{#
  Which unit a name is on a day. `asked`: a relation with unit_name (clean text, with its type word or without),
  on_day and within_code (code of a province or district that it lies in, null for anywhere). One row per distinct
  triple of them: the three, status, code (null unless found), candidates (codes as text). Status: found, ambiguous
  (several units fit equally well), other_type (a unit of that name, but of another type), wrong_generation (a unit had
  or will have that name, but not on that day), unknown, missing (no name or no day). Nothing is guessed.
#}
{% macro unit_by_name(asked, levels=['commune'], names=none) -%}
    {%- set words = 'thị trấn|thi tran|thành phố|thanh pho|thị xã|thi xa|đặc khu|dac khu|phường|phuong|quận|quan|huyện|huyen|tỉnh|tinh|xã|xa' -%}
    {%- set typed = '^ *(?:(' ~ words ~ ') +|(tt|tp|tx|đk|p|q|h|x|t)[.] *)(.+)$' -%}
    with

    wanted as (
        select distinct
            unit_name,
            on_day,
            within_code
        from {{ asked }}
    ),

    -- a word that looks like a type may be part of the name, so each name is read both ways
    readings as (
        select
            *,
            unit_name as short_name,
            cast(null as varchar) as type_key
        from wanted
        union all
        select
            *,
            {{ extract_group('lower(unit_name)', typed, 3) }} as short_name,
            case {{ extract_group('lower(unit_name)', typed, 2) }}
                when 'tt' then 'thitran'
                when 'tp' then 'thanhpho'
                when 'tx' then 'thixa'
                when 'đk' then 'dackhu'
                when 'p' then 'phuong'
                when 'q' then 'quan'
                when 'h' then 'huyen'
                when 'x' then 'xa'
                when 't' then 'tinh'
                else {{ name_key(extract_group('lower(unit_name)', typed, 1)) }}
            end as type_key
        from wanted
        where {{ matches('lower(unit_name)', typed) }}
    ),

    keyed as (
        select
            *,
            {{ spelling_key('short_name') }} as spelling_key,
            {{ name_key('short_name') }} as name_key
        from readings
    ),

    candidates as (
        select
            keyed.unit_name,
            keyed.on_day,
            keyed.within_code,
            names.code,
            {{ is_valid_on('names', 'keyed.on_day') }} as is_valid,
            case
                when keyed.type_key <> names.type_key then 3
                when keyed.spelling_key = names.spelling_key then 1
                else 2
            end as distance
        from keyed
        inner join {{ names or ref('int_unit_names') }} as names
            on keyed.name_key = names.name_key
            and (keyed.within_code is null or keyed.within_code in (names.province_code, names.parent_code))
        where names.level in ({{ quoted(levels) }})
    ),

    nearest as (
        select
            *,
            min(case when is_valid then distance end) over (
                partition by unit_name, on_day, within_code
            ) as least_distance
        from candidates
    ),

    chosen as (
        select
            unit_name,
            on_day,
            within_code,
            max(least_distance) as distance,
            count(distinct case when is_valid and distance = least_distance then code end) as fitting,
            min(case when is_valid and distance = least_distance then code end) as code,
            {{ listed('case when least_distance is null or (is_valid and distance = least_distance) then code end') }}
                as candidates
        from nearest
        group by unit_name, on_day, within_code
    ),

    answers as (
        select
            wanted.unit_name,
            wanted.on_day,
            wanted.within_code,
            case
                when wanted.unit_name is null or wanted.on_day is null then 'missing'
                when chosen.candidates is null then 'unknown'
                when chosen.distance is null then 'wrong_generation'
                when chosen.distance = 3 then 'other_type'
                when chosen.fitting > 1 then 'ambiguous'
                else 'found'
            end as status,
            case when chosen.distance < 3 and chosen.fitting = 1 then chosen.code end as code,
            chosen.candidates
        from wanted
        left join chosen
            on wanted.unit_name = chosen.unit_name
            and wanted.on_day = chosen.on_day
            and wanted.within_code is not distinct from chosen.within_code
    )

    select * from answers
{%- endmacro %}

{# Whether a row of units stands on a day. #}
{% macro is_valid_on(units, day) -%}
    ({{ units }}.valid_from <= {{ day }} and ({{ units }}.valid_to is null or {{ units }}.valid_to >= {{ day }}))
{%- endmacro %}

{#
  Facts by unit, asked on the map of another day: whole numbers, conserved to the unit in every direction.

  - facts: a relation; `code`: its column with the unit's code; `amount`: its column with a whole number; `on_day`: the
    day (a column or a date) whose map the codes are of; `to_day`: the day whose map is asked; `by`: columns kept.
  - One row per `by`, code and undetermined_code: `code` on the asked map, or null with the code as it was in
    `undetermined_code` and why in `reason`: split, merged, successor_unknown, predecessor_unknown (docs/geography.md),
    wrong_generation, unknown, missing (no code or no day).

  An amount that a weight divides goes out in whole numbers by the largest remainder.
#}
{% macro restate(facts, code, amount, on_day, to_day, by=[], restatements=none) -%}
    {%- set restatements = restatements or ref('administrative_unit_restatements') -%}
    {%- set kept = by + ['unit_code', 'from_map_start'] -%}
    with

    maps as (
        select distinct
            from_map_start,
            from_map_end
        from {{ restatements }}
    ),

    known_codes as (
        select distinct from_code from {{ restatements }}
    ),

    on_maps as (
        select
            {{ by_columns(by) }}
            facts.{{ code }} as unit_code,
            maps.from_map_start,
            sum(cast(facts.{{ amount }} as bigint)) as amount
        from {{ facts }} as facts
        left join maps
            on {{ on_day }} >= maps.from_map_start
            and (maps.from_map_end is null or {{ on_day }} <= maps.from_map_end)
        where facts.{{ amount }} is not null
        group by {{ by_columns(by) }} facts.{{ code }}, maps.from_map_start
    ),

    asked_map as (
        select * from {{ restatements }}
        where to_map_start <= {{ to_day }} and (to_map_end is null or to_map_end >= {{ to_day }})
    ),

    divided as (
        select
            on_maps.*,
            asked_map.to_code,
            case
                when on_maps.unit_code is null or on_maps.from_map_start is null then 'missing'
                when known_codes.from_code is null then 'unknown'
                when asked_map.from_code is null then 'wrong_generation'
                else asked_map.reason
            end as reason,
            coalesce(asked_map.share, 1) as share,
            case
                when coalesce(asked_map.share, 1) = 1 then on_maps.amount
                else cast(floor(on_maps.amount * asked_map.share) as bigint)
            end as whole_amount
        from on_maps
        left join known_codes on on_maps.unit_code = known_codes.from_code
        left join asked_map
            on on_maps.unit_code = asked_map.from_code
            and on_maps.from_map_start = asked_map.from_map_start
    ),

    ranked as (
        select
            *,
            amount - sum(whole_amount) over (partition by {{ kept | join(', ') }}) as left_over,
            row_number() over (
                partition by {{ kept | join(', ') }}
                order by amount * share - whole_amount desc, to_code asc, reason asc
            ) as turn
        from divided
    ),

    restated as (
        select
            {{ by_columns(by, 'ranked') }}
            to_code as code,
            case when to_code is null then unit_code end as undetermined_code,
            case when to_code is null then reason end as reason,
            cast(sum(whole_amount + case when turn <= left_over then 1 else 0 end) as bigint) as amount
        from ranked
        group by
            {{ by_columns(by, 'ranked') }}
            to_code,
            case when to_code is null then unit_code end,
            case when to_code is null then reason end
    )

    select * from restated
{%- endmacro %}

{% macro by_columns(by, table='facts') -%}
    {%- for column in by %}{{ table }}.{{ column }}, {% endfor -%}
{%- endmacro %}

{# The day on which a record's codes are read: the first of its times that it has, never after the as-of day. #}
{% macro reading_day() -%}
    {%- if varargs -%}
    least(coalesce({% for time in varargs %}cast({{ time }} as date), {% endfor %}{{ as_of() }}), {{ as_of() }})
    {%- else -%}
    {{ as_of() }}
    {%- endif -%}
{%- endmacro %}
