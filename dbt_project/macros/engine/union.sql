{# A relation of the rows of two, columns matched by their names; one that a relation lacks is null in its rows. #}
{% macro union_by_name(first, second) %}{{ return(adapter.dispatch('union_by_name')(first, second)) }}{% endmacro %}

{% macro duckdb__union_by_name(first, second) -%}
    (
        select * from {{ first }}
        union all by name
        select * from {{ second }}
    )
{%- endmacro %}
