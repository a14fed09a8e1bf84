{# Text as it comes: to NFC, any white space to one space, trimmed; a placeholder or nothing becomes null. #}
{% macro clean_text(column, placeholders=[]) %}
    {{- return(adapter.dispatch('clean_text')(column, placeholders)) -}}
{% endmacro %}

{% macro duckdb__clean_text(column, placeholders) -%}
    {%- set text -%}
        nullif(trim(regexp_replace(nfc_normalize(cast({{ column }} as varchar)), '[\s\x{00A0}\x{2007}\x{202F}\x{200B}\x{FEFF}]+', ' ', 'g')), '')
    {%- endset -%}
    {%- if placeholders -%}
    case when lower({{ text }}) not in ({{ quoted(placeholders) }}) then {{ text }} end
    {%- else -%}
    {{ text }}
    {%- endif -%}
{%- endmacro %}

{# Key for matching Vietnamese names: no case, no diacritics, no spaces or apostrophes (domain: names of units). #}
{% macro name_key(column) %}{{ return(adapter.dispatch('name_key')(column)) }}{% endmacro %}

{% macro duckdb__name_key(column) -%}
    regexp_replace(replace(strip_accents(lower(nfc_normalize({{ column }}))), 'đ', 'd'), '[^a-z0-9]', '', 'g')
{%- endmacro %}

{# SQL list of text literals. #}
{% macro quoted(values) -%}
    {%- for value in values -%}
        '{{ value | lower | replace("'", "''") }}'{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
