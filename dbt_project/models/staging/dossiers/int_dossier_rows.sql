{%- set own_times = [
    'submitted_at', 'received_at', 'supplement_requested_at', 'finished_at', 'returned_at', 'deleted_at'
] -%}
with

landed as (
    select * from {{ ref('int_dossiers_landed') }}
    where dossier_code is not null and not is_missing
),

batches as (
    select * from {{ ref('batches') }}
),

slices as (
    select * from {{ ref('batch_slices') }}
),

-- nothing changed after it was read: a later time of change is a typing error
dossier_rows as (
    select
        {{ dossier_key('landed.dossier_code') }} as dossier_key,
        nullif(
            {{ dossier_key('landed.dossier_code_alias') }}, {{ dossier_key('landed.dossier_code') }}
        ) as alias_key,
        landed.dataset,
        landed.source_system,
        landed.source_priority,
        landed.status,
        landed.due_at,
        landed.received_at,
        landed.supplement_requested_at,
        landed.supplement_rounds,
        landed.finished_at,
        landed.returned_at,
        landed.deleted_at,
        landed.changed_at is not null as has_change_time,
        least(landed.changed_at, batches.landed_at) as said_at,
        -- the last thing that had happened by then, as the row's own times say
        greatest(
            {%- for time in own_times %}
            case when landed.{{ time }} <= batches.landed_at then landed.{{ time }} end{{ ',' if not loop.last }}
            {%- endfor %}
        ) as happened_at,
        batches.landed_at,
        replacing.landed_at as replaced_at,
        batches.batch_sequence,
        landed.batch_id,
        landed.source_file,
        landed.sheet,
        landed.row_number
    from landed
    inner join batches on landed.batch_id = batches.batch_id
    inner join slices
        on landed.batch_id = slices.batch_id and coalesce(landed.slice, slices.slice) = slices.slice
    left join batches as replacing on slices.replaced_by = replacing.batch_id
)

select * from dossier_rows
