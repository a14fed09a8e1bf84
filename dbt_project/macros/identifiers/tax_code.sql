{#
  The state of a tax code or enterprise number (docs/identifiers.md): ten digits, of which the last is a check digit,
  and for a branch three more. Nine or twelve digits lost their leading zero if the check digit agrees with it. Twelve
  digits that begin with 0 are a person's number: since 01/7/2025 a household's tax code (TT 86/2024/TT-BTC), suspect.
#}
{% macro tax_code_status(column) -%}
    {%- set digits = tax_code_digits(column) -%}
    case
        when {{ column }} is null then 'empty'
        when {{ matches(digits, '^[0-9]{8,13}$') }} and {{ is_one_digit(digits) }} then 'placeholder'
        when {{ matches(digits, '^([0-9]{10}|[0-9]{13})$') }}
            then case
                when not {{ tax_code_agrees(digits) }} then 'invalid'
                when {{ matches(column, '[.]0$') }} and length(replace({{ column }}, '.', '')) > length({{ digits }}) then 'repaired'
                else 'valid'
            end
        when {{ matches(digits, '^([1-9][0-9]{8}|[1-9][0-9]{11})$') }} and {{ tax_code_agrees("('0' || " ~ digits ~ ")") }}
            then 'repaired'
        when {{ matches(digits, '^0[0-9]{11}$') }} then 'suspect'
        else 'invalid'
    end
{%- endmacro %}

{#
  The code to link by: NNNNNNNNNN or NNNNNNNNNN-NNN. A code whose check digit is wrong is kept as written (its status
  says so); a person's number and what has another form give null.
#}
{% macro organisation_code(column) -%}
    {{ organisation_code_of_status(column, tax_code_status(column)) }}
{%- endmacro %}

{% macro organisation_code_of_status(column, status) -%}
    {%- set digits = tax_code_digits(column) -%}
    {%- set whole = "case when length(" ~ digits ~ ") in (9, 12) then '0' || " ~ digits ~ " else " ~ digits ~ " end" -%}
    case
        when {{ status }} in ('valid', 'repaired')
            or ({{ status }} = 'invalid' and {{ matches(digits, '^([0-9]{10}|[0-9]{13})$') }})
            then substr({{ whole }}, 1, 10) || case
                when length({{ whole }}) = 13 then '-' || substr({{ whole }}, 11, 3) else ''
            end
    end
{%- endmacro %}

{# How a code that is `repaired` was: leading_zero, or separators. #}
{% macro organisation_code_repair(column) -%}
    case when length({{ tax_code_digits(column) }}) in (9, 12) then 'leading_zero' else 'separators' end
{%- endmacro %}

{# A code as received, without those that are a person's number. #}
{% macro unless_person_number(column) -%}
    case when not {{ matches(tax_code_digits(column), '^0[0-9]{11}$') }} then {{ column }} end
{%- endmacro %}

{% macro tax_code_digits(column) -%}
    {%- set apart = "replace(replace(replace(replace(" ~ column ~ ", ' ', ''), '.', ''), '-', ''), '''', '')" -%}
    coalesce({{ extract_group(column, "^([0-9]{9,13})[.]0$") }}, {{ apart }})
{%- endmacro %}

{# Whether ten or thirteen digits have a check digit, a serial and a branch that can be. #}
{% macro tax_code_agrees(digits) -%}
    (
        substr({{ digits }}, 1, 2) <> '00'
        and substr({{ digits }}, 3, 7) <> '0000000'
        and substr({{ digits }}, 11, 3) <> '000'
        and cast(substr({{ digits }}, 10, 1) as integer) = 10 - (
            {%- for weight in [31, 29, 23, 19, 17, 13, 7, 5, 3] %}
            {{ weight }} * cast(substr({{ digits }}, {{ loop.index }}, 1) as integer){{ ' +' if not loop.last }}
            {%- endfor %}
        ) % 11
    )
{%- endmacro %}
