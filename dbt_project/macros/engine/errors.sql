{# Stops the query with a text when a row comes to it: for the branch of a CASE that must never be reached. #}
{% macro stop(message) %}{{ return(adapter.dispatch('stop')(message)) }}{% endmacro %}

{% macro duckdb__stop(message) -%}
    error({{ message }})
{%- endmacro %}
