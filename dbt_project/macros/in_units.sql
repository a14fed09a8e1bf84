{#
  Rows of a relation with agency_code and commune_code, once in every unit that they belong to: their agency and all above it
  (the CTE `members`, of int_indicator_members), their commune, and the province, whose code is `province`.
#}
{% macro in_units(relation, columns, province) -%}
    select
        members.unit_kind,
        members.unit_code,
        {%- for column in columns %}
        {{ relation }}.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    inner join members on {{ relation }}.agency_code = members.place_code
    union all
    select
        'commune' as unit_kind,
        {{ relation }}.commune_code as unit_code,
        {%- for column in columns %}
        {{ relation }}.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    union all
    select
        'province' as unit_kind,
        '{{ province }}' as unit_code,
        {%- for column in columns %}
        {{ relation }}.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
{%- endmacro %}
