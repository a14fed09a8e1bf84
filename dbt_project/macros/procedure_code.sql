{# National code of a procedure: the first eight characters where they have its form (1.004194), else the text as it is. #}
{% macro procedure_code(column) -%}
    case
        when regexp_matches({{ column }}, '^[0-9][.][0-9]{6}([.]|$)') then substring({{ column }}, 1, 8)
        else {{ column }}
    end
{%- endmacro %}
