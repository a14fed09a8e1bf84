{#
  The state of an agency code: valid in either generation (H47.12 or 000.00.12.H47), placeholder, empty, else invalid.
  Whether there is such an agency is for a join to say.
#}
{% macro agency_code_status(column) -%}
    case
        when {{ column }} is null then 'empty'
        when {{ matches(agency_key(column), '^[HG]00([.]0+)*$') }} then 'placeholder'
        when {{ matches(agency_key(column), '^[HG][0-9]{2}([.][0-9]{1,3}){0,4}$') }} then 'valid'
        else 'invalid'
    end
{%- endmacro %}
