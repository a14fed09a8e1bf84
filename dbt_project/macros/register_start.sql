{# The day a register begins; its first hundredth may be mistyped, and is passed over. A scalar subquery. #}
{% macro register_start(staging_model, column) -%}
    (
        select min(day)
        from (
            select
                {{ column }} as day,
                percent_rank() over (order by {{ column }}) as place
            from {{ staging_model }}
            where row_verdict = 'kept' and {{ column }} is not null
        ) as ranked
        where place >= 0.01
    )
{%- endmacro %}
