{#
  The state of a telephone number: a mobile of ten digits, a landline 02x of ten or eleven, with 0, 84 or +84 before
  it. A mobile of nine digits lost its zero (repaired); one of eleven beginning with 01 is from before 2018 (suspect).
#}
{% macro phone_status(column) -%}
    {%- set digits = phone_digits(column) -%}
    case
        when {{ column }} is null then 'empty'
        when {{ matches(digits, '^[0-9]+$') }} and {{ is_one_digit(digits) }} then 'placeholder'
        when {{ matches(digits, '^0([35789][0-9]{8}|2[0-9]{8,9})$') }} then 'valid'
        when {{ matches(digits, '^[35789][0-9]{8}$') }} then 'repaired'
        when {{ matches(digits, '^01[0-9]{9}$') }} then 'suspect'
        else 'invalid'
    end
{%- endmacro %}

{# The telephone number with its leading 0, where it is valid, repaired or suspect. #}
{% macro phone_number(column) -%}
    case
        when {{ phone_status(column) }} = 'repaired' then '0' || {{ phone_digits(column) }}
        when {{ phone_status(column) }} in ('valid', 'suspect') then {{ phone_digits(column) }}
    end
{%- endmacro %}

{% macro phone_digits(column) -%}
    {%- set apart = "replace(replace(replace(replace(replace(" ~ column ~ ", ' ', ''), '.', ''), '-', ''), '(', ''), ')', '')" -%}
    coalesce('0' || {{ extract_group(apart, '^[+]?84([0-9]{9,10})$') }}, {{ apart }})
{%- endmacro %}
