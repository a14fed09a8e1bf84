{%- set values = [
    'status', 'due_at', 'received_at', 'supplement_requested_at', 'supplement_rounds', 'finished_at', 'returned_at',
    'deleted_at'
] -%}
with

dossier_rows as (
    select * from {{ ref('int_dossier_rows') }}
),

codes as (
    select * from {{ ref('int_dossier_codes') }}
),

standing as (
    select * from {{ ref('int_dossier_standing') }}
),

-- most dossiers are seen once: one state, whose time its own dates tell
seen_once as (
    select
        standing.dossier_key,
        case
            when dossier_rows.has_change_time then dossier_rows.said_at
            else coalesce(dossier_rows.happened_at, dossier_rows.said_at)
        end as valid_from,
        case
            when dossier_rows.has_change_time then 'source'
            when dossier_rows.happened_at is not null then 'dates'
            else 'landing'
        end as valid_from_basis,
        {% for value in values -%}
        dossier_rows.{{ value }},
        {% endfor -%}
        true as is_first_seen,
        dossier_rows.landed_at as recorded_from,
        dossier_rows.dataset,
        dossier_rows.source_system,
        dossier_rows.batch_id,
        dossier_rows.row_number
    from standing
    inner join dossier_rows
        on standing.batch_id = dossier_rows.batch_id
            and standing.row_number = dossier_rows.row_number
            and standing.source_file = dossier_rows.source_file
            and coalesce(standing.sheet, '') = coalesce(dossier_rows.sheet, '')
    where standing.dataset_rows = 1
),

-- what the dataset that stands for a dossier said of it, under whichever code
said as (
    select
        standing.dossier_key as main_key,
        dossier_rows.*,
        row_number() over (
            partition by standing.dossier_key, dossier_rows.said_at
            order by dossier_rows.batch_sequence desc, dossier_rows.row_number desc
        ) as same_time_rank,
        max(case when dossier_rows.has_change_time then 1 else 0 end) over (
            partition by standing.dossier_key
        ) = 1 as has_change_times
    from dossier_rows
    left join codes on dossier_rows.dossier_key = codes.dossier_key
    inner join standing
        on coalesce(codes.main_key, dossier_rows.dossier_key) = standing.dossier_key
            and dossier_rows.dataset = standing.dataset
    where standing.dataset_rows > 1
),

-- of what was said for the same time the last counts
hashed as (
    select
        *,
        {{ row_hash(values) }} as state_hash
    from said
    where same_time_rank = 1
),

compared as (
    select
        *,
        lag(state_hash) over (partition by main_key order by said_at) as hash_before
    from hashed
),

changes as (
    select
        *,
        lag(said_at) over states as said_before,
        max(happened_at) over (
            partition by main_key order by said_at rows between unbounded preceding and 1 preceding
        ) as happened_before
    from compared
    where hash_before is null or hash_before <> state_hash
    window states as (partition by main_key order by said_at)
),

-- a state that brings no later time of its own is dated by the export that first showed it
undated as (
    select
        *,
        happened_at is null or coalesce(happened_at <= happened_before, false) as is_undated
    from changes
),

-- after such a state a time counts only if it is later than the export before
dated as (
    select
        *,
        max(case when is_undated then 1 else 0 end) over (
            partition by main_key order by said_at rows between unbounded preceding and 1 preceding
        ) as undated_before
    from undated
),

states as (
    select
        main_key as dossier_key,
        case
            when has_change_times then said_at
            when is_undated then said_at
            when coalesce(undated_before, 0) = 0 or happened_at > said_before then happened_at
            else said_at
        end as valid_from,
        case
            when has_change_times and has_change_time then 'source'
            when has_change_times or is_undated then 'landing'
            when coalesce(undated_before, 0) = 0 or happened_at > said_before then 'dates'
            else 'landing'
        end as valid_from_basis,
        {% for value in values -%}
        {{ value }},
        {% endfor -%}
        said_before is null as is_first_seen,
        landed_at as recorded_from,
        dataset,
        source_system,
        batch_id,
        row_number
    from dated
    union all
    select * from seen_once
)

select * from states
