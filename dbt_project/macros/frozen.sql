{#
  A table whose rows stay as they were in frozen periods: the body of a model that has `meta: {freeze: true}` and the
  columns period_type, period_start, period_end. `computed` is the model that computes its rows; it has the same columns.
#}
{% macro frozen_or_computed(table, computed) -%}
with

computed as (
    select * from {{ ref(computed) }}
),

frozen_rows as (
    select * from {{ source('freezes', table) }}
),

frozen_periods as (
    select
        period_type,
        period_start,
        period_end
    from {{ source('freezes', 'frozen_tables') }}
    where table_name = '{{ table }}'
),

open_rows as (
    select computed.*
    from computed
    left join frozen_periods
        on computed.period_type = frozen_periods.period_type
            and computed.period_start = frozen_periods.period_start
            and computed.period_end = frozen_periods.period_end
    where frozen_periods.period_start is null
),

figures as (
    select * from {{ union_by_name('open_rows', 'frozen_rows') }}
)

select * from figures
{%- endmacro %}

{# What a fact of a dossier was and is, in Vietnamese: its name, the old and the new value; `column` ends in _old and _new. #}
{% macro old_and_new(name, column, is_day=false) -%}
    concat(
        '{{ name }} ',
        coalesce({{ day_text(column ~ '_old') if is_day else 'cast(' ~ column ~ '_old as varchar)' }}, 'không có'),
        ' → ',
        coalesce({{ day_text(column ~ '_new') if is_day else 'cast(' ~ column ~ '_new as varchar)' }}, 'không có')
    )
{%- endmacro %}

{# Whether two values are not the same, where nothing is the same as nothing. #}
{% macro differs(first, second) -%}
    coalesce({{ first }} <> {{ second }}, coalesce({{ first }}, {{ second }}) is not null)
{%- endmacro %}
