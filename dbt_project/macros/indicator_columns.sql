{#
  Indicators of a unit and period side by side, three columns each: the count, of how many (`<name>_of`) and the share in percent
  (`<name>_rate`). `told`: rows of metrics.indicators to be grouped by unit and period.
#}
{% macro indicator_columns(names) -%}
    {%- for name in names %}
        cast(sum(case when indicator = '{{ name }}' then numerator end) as bigint) as {{ name }},
        cast(sum(case when indicator = '{{ name }}' then denominator end) as bigint) as {{ name }}_of,
        max(case when indicator = '{{ name }}' then value end) as {{ name }}_rate{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
