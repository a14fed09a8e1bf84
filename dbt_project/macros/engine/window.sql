{# The last value that is not null in a window: put `over` after it. #}
{% macro last_known(column) %}{{ return(adapter.dispatch('last_known')(column)) }}{% endmacro %}

{% macro duckdb__last_known(column) -%}
    last_value({{ column }} ignore nulls)
{%- endmacro %}
