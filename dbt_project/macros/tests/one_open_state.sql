{# Of each key exactly one row has no end. #}
{% test one_open_state(model, key) %}
select {{ key }}
from {{ model }}
group by {{ key }}
having sum(case when valid_to is null then 1 else 0 end) <> 1
{% endtest %}
