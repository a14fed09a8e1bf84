{# What a run tells SQL at execution time, never in compiled text: see warehouse/dbt_plugin.py and docs/adr/010. #}

{# The as-of day, as a date. #}
{% macro as_of() %}{{ return(adapter.dispatch('as_of')()) }}{% endmacro %}

{% macro duckdb__as_of() %}cast(getvariable('as_of') as date){% endmacro %}

{# Keyed token of a personal number: HMAC-SHA-256 (RFC 2104) as 64 hexadecimal digits; null stays null. #}
{% macro token(column) %}{{ return(adapter.dispatch('token')(column)) }}{% endmacro %}

{% macro duckdb__token(column) -%}
    case
        when {{ column }} is not null then sha256(
            getvariable('token_outer_pad') || unhex(sha256(getvariable('token_inner_pad') || encode({{ column }})))
        )
    end
{%- endmacro %}
