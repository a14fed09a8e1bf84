{# The number an applicant is linked by: a person's, else an organisation's tax code. #}
{% macro applicant_key(column) -%}
    coalesce({{ person_number(column) }}, {{ organisation_code(column) }})
{%- endmacro %}

{# The state of an applicant's number, which is a person's or an organisation's. #}
{% macro applicant_status(column) -%}
    case
        when {{ tax_code_status(column) }} in ('valid', 'repaired') and {{ person_number_status(column) }} = 'invalid'
            then {{ tax_code_status(column) }}
        else {{ person_number_status(column) }}
    end
{%- endmacro %}
