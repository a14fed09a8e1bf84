{%- set pauses = var('province')['pausing_statuses'] -%}
with

states as (
    select * from {{ ref('dossier_history') }}
),

-- a status that the profile counts as waiting for somebody else
pauses as (
    select
        dossier_code as dossier_key,
        case
            {%- for status, kind in pauses.items() %}
            when status = {{ status }} then '{{ kind }}'
            {%- endfor %}
        end as kind,
        valid_from as paused_from,
        valid_to as paused_until
    from states
    where status in ({{ pauses.keys() | join(', ') }}) and deleted_at is null and vanished_at is null
)

select * from pauses
