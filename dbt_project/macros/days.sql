{# The day before a day, the day after it; null stays null. #}
{% macro day_before(day) -%}
    cast({{ day }} - interval 1 day as date)
{%- endmacro %}

{% macro day_after(day) -%}
    cast({{ day }} + interval 1 day as date)
{%- endmacro %}
