{# Every row (of those `where` names in the test's config) satisfies the expression. #}
{% test holds(model, expression) %}
select *
from {{ model }}
where not coalesce({{ expression }}, false)
{% endtest %}
