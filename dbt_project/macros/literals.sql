{#
  Rows of a list of the profile as a query: one select a row, the columns in the order of `columns` (name -> type).
  An empty list is a query without rows.
#}
{% macro rows_of(rows, columns) -%}
    {%- for row in rows or [none] %}
    select
        {%- for name, type in columns.items() %}
        cast({{ text_literal(row[name] if row else none) }} as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
        {{- '\n    where false' if not row }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# A text of the profile as an SQL literal; none and an empty text are null. #}
{% macro text_literal(value) -%}
    {{ "'" ~ (value | string | replace("'", "''")) ~ "'" if value is not none and value is not undefined and value != '' else 'null' }}
{%- endmacro %}
