{# The last state of every dossier is the one in `dossiers`, and every dossier has one. #}
{% test ends_as_the_dossier_is(model) %}
with

last_states as (
    select * from {{ model }}
    where valid_to is null
),

dossiers as (
    select * from {{ ref('dossiers') }}
)

select dossiers.dossier_code
from dossiers
left join last_states on dossiers.dossier_code = last_states.dossier_code
where
    last_states.dossier_code is null
    {%- for column in [
        'status', 'due_at', 'received_at', 'supplement_requested_at', 'supplement_rounds', 'finished_at', 'returned_at',
        'deleted_at', 'vanished_at'
    ] %}
    or dossiers.{{ column }} is distinct from last_states.{{ column }}
    {%- endfor %}
{% endtest %}
