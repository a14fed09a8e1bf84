{# Whether a pattern occurs in a text. #}
{% macro matches(column, pattern) %}{{ return(adapter.dispatch('matches')(column, pattern)) }}{% endmacro %}

{% macro duckdb__matches(column, pattern) -%}
    regexp_matches({{ column }}, '{{ pattern }}')
{%- endmacro %}

{# A group of the pattern's first occurrence; null where it does not occur. #}
{% macro extract_group(column, pattern, group=1) -%}
    {{- return(adapter.dispatch('extract_group')(column, pattern, group)) -}}
{%- endmacro %}

{% macro duckdb__extract_group(column, pattern, group) -%}
    nullif(regexp_extract({{ column }}, '{{ pattern }}', {{ group }}), '')
{%- endmacro %}

{# One row per part of a text: put it in the select list. #}
{% macro split_rows(column, separator) %}{{ return(adapter.dispatch('split_rows')(column, separator)) }}{% endmacro %}

{% macro duckdb__split_rows(column, separator) -%}
    unnest(string_split({{ column }}, '{{ separator }}'))
{%- endmacro %}
