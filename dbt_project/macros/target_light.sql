{# green, yellow or red by a gap in percentage points and the least gaps of the seed `target_lights`; null without a gap. #}
{% macro target_light(gap, lights) -%}
    case
        when {{ gap }} >= {{ lights }}.green_from then 'green'
        when {{ gap }} >= {{ lights }}.yellow_from then 'yellow'
        when {{ gap }} is not null then 'red'
    end
{%- endmacro %}

{# The least gaps of the seed as one row. #}
{% macro target_lights() -%}
    select
        max(case when light = 'green' then from_gap end) as green_from,
        max(case when light = 'yellow' then from_gap end) as yellow_from
    from {{ ref('target_lights') }}
{%- endmacro %}

{# How far a value is beyond a target, in percentage points; negative while it is not reached, whichever way is better. #}
{% macro target_gap(value, target, better) -%}
    round(case when {{ better }} = 'lower' then {{ target }} - {{ value }} else {{ value }} - {{ target }} end, 2)
{%- endmacro %}
