{# Numbers of Saturday and Sunday as the engine's dayofweek() counts. #}
{% macro weekend_numbers() %}{{ return(adapter.dispatch('weekend_numbers')()) }}{% endmacro %}

{% macro duckdb__weekend_numbers() %}0, 6{% endmacro %}
