{# In every version of the weights the six cards of the portal have their points: 18, 20, 12, 10, 22, 18, of 100. #}
{% test service_quality_cards(model) %}
with

cards as (
    select
        weights_version,
        item_group,
        sum(max_points) as points
    from {{ model }}
    group by weights_version, item_group
),

expected as (
    select 'x' as item_group, 0 as points where false
    {%- for card, points in {'1': 18, '2': 20, '3': 12, '3b': 10, '4': 22, '5': 18}.items() %}
    union all
    select '{{ card }}' as item_group, {{ points }} as points
    {%- endfor %}
)

select
    cards.weights_version,
    expected.item_group,
    cards.points
from expected
left join cards on expected.item_group = cards.item_group
where cards.points is null or cards.points <> expected.points
{% endtest %}
