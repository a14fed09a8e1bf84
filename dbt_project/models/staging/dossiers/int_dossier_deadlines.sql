{%- set halves = var('province')['working_hours'] -%}
{%- set opening = clock_seconds(halves[0]['start']) -%}
{%- set closing = clock_seconds(halves[-1]['end']) -%}
{%- set cut_off = clock_seconds(var('province')['cut_off']) -%}
{%- set last_second = [cut_off | int, closing | int] | min -%}
{%- set day_length = working_seconds_a_day(halves) -%}
with

dossiers as (
    select * from {{ ref('int_dossier_latest') }}
),

procedures as (
    select * from {{ ref('int_dossier_procedures') }}
),

pauses as (
    select * from {{ ref('int_dossier_pauses') }}
),

calendar_days as (
    select * from {{ ref('calendar_days') }}
),

working_days as (
    select * from calendar_days
    where is_working_day
),

-- working time is kept in hours, eight a day; what is filed online may take less
received as (
    select
        dossiers.dossier_key,
        dossiers.received_at,
        cast(dossiers.received_at as date) as received_on,
        cast({{ seconds_of_day('dossiers.received_at') }} as bigint) as received_second,
        case
            when dossiers.channel = 2
                then coalesce(procedures.online_duration_hours, procedures.duration_hours)
            else procedures.duration_hours
        end as duration_hours,
        case
            when procedures.duration_unit in ('calendar_day', 'month') then procedures.duration_unit
        end as calendar_unit,
        cast(procedures.duration_value as bigint) as duration_value
    from dossiers
    inner join procedures on dossiers.dossier_key = procedures.dossier_key
    where
        dossiers.received_at is not null
        and (
            procedures.duration_hours > 0
            or (procedures.duration_unit in ('calendar_day', 'month') and procedures.duration_value >= 1)
        )
),

-- the clock starts on the next working day when offices were closed or it was past the cut-off
started as (
    select
        received.*,
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

-- whole days are stepped, the clock stays: working days by number, calendar days by date and on to a working day
stepped as (
    select
        started.dossier_key,
        started.received_at,
        started.start_second,
        {{ worked_by('started.start_second', halves) }} as start_worked,
        case
            when started.calendar_unit is null
                then started.start_number + {{ whole_times('started.duration_hours', 8) }}
            when last_days.is_working_day then last_days.working_day_number
            else last_days.working_day_number + 1
        end as day_number,
        case when started.calendar_unit is null then started.duration_hours % 8 * 3600 else 0 end as rest_seconds
    from started
    inner join working_days as first_days on started.start_number = first_days.working_day_number
    left join calendar_days as last_days
        on case
                when started.calendar_unit = 'calendar_day'
                    then {{ days_after('first_days.day', 'started.duration_value') }}
                when started.calendar_unit = 'month'
                    then {{ months_after('first_days.day', 'started.duration_value') }}
            end = last_days.day
),

-- pauses that overlap are one
ordered_pauses as (
    select
        pauses.dossier_key,
        greatest(pauses.paused_from, stepped.received_at) as paused_from,
        least(coalesce(pauses.paused_until, {{ end_of_day(as_of()) }}), {{ end_of_day(as_of()) }}) as paused_until
    from pauses
    inner join stepped on pauses.dossier_key = stepped.dossier_key
),

marked_pauses as (
    select
        *,
        coalesce(
            paused_from > max(paused_until) over (
                partition by dossier_key order by paused_from, paused_until
                rows between unbounded preceding and 1 preceding
            ),
            true
        ) as is_first
    from ordered_pauses
    where paused_until > paused_from
),

numbered_pauses as (
    select
        *,
        sum(case when is_first then 1 else 0 end) over (
            partition by dossier_key order by paused_from, paused_until
        ) as pause_number
    from marked_pauses
),

whole_pauses as (
    select
        dossier_key,
        pause_number,
        min(paused_from) as paused_from,
        max(paused_until) as paused_until
    from numbered_pauses
    group by dossier_key, pause_number
),

-- both ends in working seconds since the calendar began
measured_pauses as (
    select
        whole_pauses.dossier_key,
        whole_pauses.pause_number,
        {{ worked_since('first_days', 'whole_pauses.paused_from', halves, day_length) }} as worked_from,
        {{ worked_since('last_days', 'whole_pauses.paused_until', halves, day_length) }} as worked_until
    from whole_pauses
    inner join calendar_days as first_days on cast(whole_pauses.paused_from as date) = first_days.day
    inner join calendar_days as last_days on cast(whole_pauses.paused_until as date) = last_days.day
),

placed_pauses as (
    select
        measured_pauses.dossier_key,
        measured_pauses.worked_from,
        measured_pauses.worked_until - measured_pauses.worked_from as paused_seconds,
        stepped.day_number * {{ day_length }} + stepped.start_worked + stepped.rest_seconds as due_without,
        coalesce(
            sum(measured_pauses.worked_until - measured_pauses.worked_from) over (
                partition by measured_pauses.dossier_key order by measured_pauses.pause_number
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as paused_before
    from measured_pauses
    inner join stepped on measured_pauses.dossier_key = stepped.dossier_key
),

-- a pause that begins when the dossier is late already does not mend it, nor does any after it
counted_pauses as (
    select
        dossier_key,
        sum(paused_seconds) as paused_seconds
    from placed_pauses
    where worked_from <= due_without + paused_before
    group by dossier_key
),

-- with its pauses, and for comparison once more without
variants as (
    select
        stepped.dossier_key,
        stepped.start_second,
        stepped.start_worked,
        stepped.day_number,
        stepped.rest_seconds,
        coalesce(counted_pauses.paused_seconds, 0) as paused_seconds,
        true as is_answer
    from stepped
    left join counted_pauses on stepped.dossier_key = counted_pauses.dossier_key
    union all
    select
        stepped.dossier_key,
        stepped.start_second,
        stepped.start_worked,
        stepped.day_number,
        stepped.rest_seconds,
        0 as paused_seconds,
        false as is_answer
    from stepped
    inner join counted_pauses on stepped.dossier_key = counted_pauses.dossier_key
),

extended as (
    select
        dossier_key,
        start_second,
        start_worked,
        paused_seconds,
        is_answer,
        day_number + {{ whole_times('(rest_seconds + paused_seconds)', day_length) }} as day_number,
        (rest_seconds + paused_seconds) % {{ day_length }} as rest_seconds
    from variants
),

-- what is less than a day goes on to the next morning when the day is not long enough for it
ended as (
    select
        dossier_key,
        paused_seconds,
        is_answer,
        case when start_worked + rest_seconds > {{ day_length }} then day_number + 1 else day_number end as day_number,
        case
            when rest_seconds = 0 then start_second
            when start_worked + rest_seconds > {{ day_length }}
                then {{ clock_when_worked('(start_worked + rest_seconds - ' ~ day_length ~ ')', halves) }}
            else {{ clock_when_worked('(start_worked + rest_seconds)', halves) }}
        end as due_second
    from extended
),

timed as (
    select
        ended.dossier_key,
        ended.paused_seconds,
        ended.is_answer,
        {{ day_and_seconds('working_days.day', 'ended.due_second') }} as due_at
    from ended
    inner join working_days on ended.day_number = working_days.working_day_number
),

deadlines as (
    select
        answers.dossier_key,
        answers.due_at as due_at_computed,
        coalesce(unpaused.due_at, answers.due_at) as due_at_without_pauses,
        cast(answers.paused_seconds as bigint) as paused_working_seconds
    from timed as answers
    left join timed as unpaused on answers.dossier_key = unpaused.dossier_key and not unpaused.is_answer
    where answers.is_answer
)

select * from deadlines
