{%- set halves = var('province')['working_hours'] -%}
{%- set opening = clock_seconds(halves[0]['start']) -%}
{%- set closing = clock_seconds(halves[-1]['end']) -%}
{%- set cut_off = clock_seconds(var('province')['cut_off']) -%}
{%- set last_second = [cut_off | int, closing | int] | min -%}
with

dossiers as (
    select * from {{ ref('int_dossier_latest') }}
),

procedures as (
    select * from {{ ref('int_dossier_procedures') }}
),

calendar_days as (
    select * from {{ ref('calendar_days') }}
),

working_days as (
    select * from calendar_days
    where is_working_day
),

-- only durations of whole working days are computed; hours, calendar days and pauses are not
received as (
    select
        dossiers.dossier_key,
        cast(dossiers.received_at as date) as received_on,
        {{ seconds_of_day('dossiers.received_at') }} as received_second,
        procedures.duration_hours / 8 as duration_days
    from dossiers
    inner join procedures on dossiers.dossier_key = procedures.dossier_key
    where dossiers.received_at is not null and procedures.duration_hours > 0 and procedures.duration_hours % 8 = 0
),

-- the clock starts on the next working day when offices were closed or it was past the cut-off
started as (
    select
        received.dossier_key,
        received.duration_days,
        case
            when not calendar_days.is_working_day or received.received_second > {{ last_second }}
                then calendar_days.working_day_number + 1
            else calendar_days.working_day_number
        end as start_number,
        case
            when not calendar_days.is_working_day or received.received_second > {{ last_second }}
                then {{ opening }}
            when received.received_second < {{ opening }} then {{ opening }}
            {%- for half in halves[:-1] %}
            when
                received.received_second > {{ clock_seconds(half['end']) }}
                and received.received_second < {{ clock_seconds(halves[loop.index]['start']) }}
                then {{ clock_seconds(halves[loop.index]['start']) }}
            {%- endfor %}
            else received.received_second
        end as start_second
    from received
    inner join calendar_days on received.received_on = calendar_days.day
),

deadlines as (
    select
        started.dossier_key,
        {{ day_and_seconds('working_days.day', 'started.start_second') }} as due_at_computed
    from started
    inner join working_days on started.start_number + started.duration_days = working_days.working_day_number
)

select * from deadlines
