{# Fails for years of the calendar without a holiday: they are not covered, which must never read as "no holidays". #}
{% test every_year_has_a_holiday(model) %}
    select year(day) as uncovered_year
    from {{ model }}
    group by year(day)
    having sum(case when day_type = 'NGHI_LE' then 1 else 0 end) = 0
{% endtest %}

{# Fails for rows in which a statement does not hold. #}
{% test statement_holds(model, statement) %}
    select * from {{ model }}
    where not ({{ statement }})
{% endtest %}
