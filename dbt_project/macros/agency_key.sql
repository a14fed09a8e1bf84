{#
  An agency code as a key, the same for both generations of codes: 000.00.12.H47 (QCVN 102:2016, read from
  right to left) and H47.12 (QĐ 20/2020/QĐ-TTg) give H47.12. Empty levels at the end are dropped, those before another
  level stay, so that no two codes share a key: 001.00.10.H47 gives H47.10.00.001. Other text is only trimmed and
  upper-cased.
#}
{% macro agency_key(column) -%}
    {%- set code = 'upper(trim(' ~ column ~ '))' -%}
    {%- set legacy = '^([0-9]{3})[.]([0-9]{2})[.]([0-9]{2})[.]([HG][0-9]{2})$' -%}
    case
        when {{ matches(code, legacy) }}
            then regexp_replace(
                concat_ws(
                    '.',
                    {{ extract_group(code, legacy, 4) }},
                    {{ extract_group(code, legacy, 3) }},
                    {{ extract_group(code, legacy, 2) }},
                    {{ extract_group(code, legacy, 1) }}
                ),
                '([.]0+)+$',
                ''
            )
        else {{ code }}
    end
{%- endmacro %}

{# The agency's code at the start of a dossier code: H56.14-240823-0001 gives H56.14; null when there is none. #}
{% macro agency_of_dossier(column) -%}
    {{ extract_group(column, '^(([0-9]{3}[.][0-9]{2}[.][0-9]{2}[.])?[HG][0-9]{2}([.][0-9]{1,3}){0,4})-') }}
{%- endmacro %}

{# The national code in a procedure code: 1.004194.000.00.00.H17 gives 1.004194; null for a local code. #}
{% macro national_procedure_code(column) -%}
    {{ extract_group('trim(' ~ column ~ ')', '^([0-9][.][0-9]{6})([.]|$)') }}
{%- endmacro %}
