{%- set halves = var('province')['working_hours'] -%}
{%- set opening = clock_seconds(halves[0]['start']) -%}
{%- set closing = clock_seconds(halves[-1]['end']) -%}
{%- set cut_off = clock_seconds(var('province')['cut_off']) -%}
{%- set last_second = [cut_off | int, closing | int] | min -%}
{%- set day_length = working_seconds_a_day(halves) -%}
{%- set extension = var('province')['extension'] -%}
{%- set restarts = var('province')['forwarding']['restarts_clock'] -%}
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

extensions as (
    select * from {{ ref('int_dossier_extensions') }}
),

steps as (
    select * from {{ ref('int_dossier_steps_taken') }}
    where step_kind = 'forwarding'
),

calendar_days as (
    select * from {{ ref('calendar_days') }}
),

working_days as (
    select * from calendar_days
    where is_working_day
),

-- forwarded before it ended; the first time counts
forwardings as (
    select
        dossiers.dossier_key,
        min(steps.happened_at) as forwarded_at
    from steps
    inner join dossiers on steps.dossier_key = dossiers.dossier_key
    where
        steps.happened_at > dossiers.received_at
        and (
            coalesce(dossiers.step_finished_at, dossiers.finished_at) is null
            or steps.happened_at <= coalesce(dossiers.step_finished_at, dossiers.finished_at)
        )
    group by dossiers.dossier_key
),

-- a clock for every dossier, and where forwarding starts it anew a second one
clocks as (
    select
        dossier_key,
        false as is_anew,
        received_at as clock_from
    from dossiers
    {%- if restarts %}
    union all
    select
        dossier_key,
        true as is_anew,
        forwarded_at as clock_from
    from forwardings
    {%- endif %}
),

-- working time is kept in hours, eight a day; what is filed online may take less
received as (
    select
        dossiers.dossier_key,
        clocks.is_anew,
        clocks.clock_from,
        cast(clocks.clock_from as date) as started_on,
        cast({{ seconds_of_day('clocks.clock_from') }} as bigint) as clock_second,
        coalesce(dossiers.step_finished_at, dossiers.finished_at) as finished_at,
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
    inner join clocks on dossiers.dossier_key = clocks.dossier_key
    inner join procedures on dossiers.dossier_key = procedures.dossier_key
    where
        clocks.clock_from is not null
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
            when not calendar_days.is_working_day or received.clock_second > {{ last_second }}
                then calendar_days.working_day_number + 1
            else calendar_days.working_day_number
        end as start_number,
        case
            when not calendar_days.is_working_day or received.clock_second > {{ last_second }}
                then {{ opening }}
            when received.clock_second < {{ opening }} then {{ opening }}
            {%- for half in halves[:-1] %}
            when
                received.clock_second > {{ clock_seconds(half['end']) }}
                and received.clock_second < {{ clock_seconds(halves[loop.index]['start']) }}
                then {{ clock_seconds(halves[loop.index]['start']) }}
            {%- endfor %}
            else received.clock_second
        end as start_second
    from received
    inner join calendar_days on received.started_on = calendar_days.day
),

-- whole days are stepped, the clock stays: working days by number, calendar days by date and on to a working day
stepped as (
    select
        started.dossier_key,
        started.is_anew,
        started.clock_from,
        started.finished_at,
        started.start_second,
        started.start_number,
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

-- both in working seconds since the calendar began: what is granted, and when that has passed
granted as (
    select
        *,
        (day_number - start_number) * {{ day_length }} + rest_seconds as granted_seconds,
        day_number * {{ day_length }} + start_worked + rest_seconds as due_without
    from stepped
),

-- pauses that overlap are one
ordered_pauses as (
    select
        pauses.dossier_key,
        granted.is_anew,
        greatest(pauses.paused_from, granted.clock_from) as paused_from,
        least(coalesce(pauses.paused_until, {{ end_of_day(as_of()) }}), {{ end_of_day(as_of()) }}) as paused_until
    from pauses
    inner join granted on pauses.dossier_key = granted.dossier_key
),

marked_pauses as (
    select
        *,
        coalesce(
            paused_from > max(paused_until) over (
                partition by dossier_key, is_anew order by paused_from, paused_until
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
            partition by dossier_key, is_anew order by paused_from, paused_until
        ) as pause_number
    from marked_pauses
),

whole_pauses as (
    select
        dossier_key,
        is_anew,
        pause_number,
        min(paused_from) as paused_from,
        max(paused_until) as paused_until
    from numbered_pauses
    group by dossier_key, is_anew, pause_number
),

-- both ends in working seconds since the calendar began
measured_pauses as (
    select
        whole_pauses.dossier_key,
        whole_pauses.is_anew,
        whole_pauses.pause_number,
        whole_pauses.paused_from,
        {{ worked_since('first_days', 'whole_pauses.paused_from', halves, day_length) }} as worked_from,
        {{ worked_since('last_days', 'whole_pauses.paused_until', halves, day_length) }} as worked_until
    from whole_pauses
    inner join calendar_days as first_days on cast(whole_pauses.paused_from as date) = first_days.day
    inner join calendar_days as last_days on cast(whole_pauses.paused_until as date) = last_days.day
),

-- of the extensions of a clock that were made before the end, the first
ordered_extensions as (
    select
        granted.dossier_key,
        granted.is_anew,
        granted.granted_seconds,
        granted.due_without,
        extensions.extended_at,
        extensions.due_before,
        extensions.due_set,
        row_number() over (
            partition by granted.dossier_key, granted.is_anew order by extensions.extended_at
        ) as extension_rank
    from extensions
    inner join granted on extensions.dossier_key = granted.dossier_key
    where
        extensions.extended_at >= granted.clock_from
        and (granted.finished_at is null or extensions.extended_at <= granted.finished_at)
),

measured_extensions as (
    select
        ordered_extensions.*,
        {{ worked_since('made_days', 'ordered_extensions.extended_at', halves, day_length) }} as worked_at,
        {{ worked_since('last_days', 'ordered_extensions.due_set', halves, day_length) }}
        - {{ worked_since('first_days', 'ordered_extensions.due_before', halves, day_length) }} as wanted_seconds
    from ordered_extensions
    inner join calendar_days as made_days on cast(ordered_extensions.extended_at as date) = made_days.day
    inner join calendar_days as first_days on cast(ordered_extensions.due_before as date) = first_days.day
    inner join calendar_days as last_days on cast(ordered_extensions.due_set as date) = last_days.day
    where ordered_extensions.extension_rank = 1
),

paused_before_extensions as (
    select
        measured_extensions.dossier_key,
        measured_extensions.is_anew,
        sum(
            least(measured_pauses.worked_until, measured_extensions.worked_at) - measured_pauses.worked_from
        ) as paused_seconds
    from measured_extensions
    inner join measured_pauses
        on measured_extensions.dossier_key = measured_pauses.dossier_key
            and measured_extensions.is_anew = measured_pauses.is_anew
            and measured_extensions.extended_at > measured_pauses.paused_from
    group by measured_extensions.dossier_key, measured_extensions.is_anew
),

-- one that is made when the dossier is late already does not mend it
counted_extensions as (
    select
        measured_extensions.dossier_key,
        measured_extensions.is_anew,
        measured_extensions.extended_at,
        measured_extensions.wanted_seconds,
        {% if extension['at_most'] == 'granted_time' -%}
        least(measured_extensions.wanted_seconds, measured_extensions.granted_seconds) as extended_seconds
        {%- else -%}
        measured_extensions.wanted_seconds as extended_seconds
        {%- endif %}
    from measured_extensions
    left join paused_before_extensions
        on measured_extensions.dossier_key = paused_before_extensions.dossier_key
            and measured_extensions.is_anew = paused_before_extensions.is_anew
    where
        measured_extensions.worked_at
        <= measured_extensions.due_without + coalesce(paused_before_extensions.paused_seconds, 0)
        and {{ extension['count'] }} > 0
),

placed_pauses as (
    select
        measured_pauses.dossier_key,
        measured_pauses.is_anew,
        measured_pauses.worked_from,
        measured_pauses.worked_until - measured_pauses.worked_from as paused_seconds,
        granted.due_without + case
            when counted_extensions.extended_at <= measured_pauses.paused_from then counted_extensions.extended_seconds
            else 0
        end as due_unpaused,
        coalesce(
            sum(measured_pauses.worked_until - measured_pauses.worked_from) over (
                partition by measured_pauses.dossier_key, measured_pauses.is_anew order by measured_pauses.pause_number
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as paused_before
    from measured_pauses
    inner join granted
        on measured_pauses.dossier_key = granted.dossier_key and measured_pauses.is_anew = granted.is_anew
    left join counted_extensions
        on measured_pauses.dossier_key = counted_extensions.dossier_key
            and measured_pauses.is_anew = counted_extensions.is_anew
),

-- a pause that begins when the dossier is late already does not mend it, nor does any after it
counted_pauses as (
    select
        dossier_key,
        is_anew,
        sum(paused_seconds) as paused_seconds
    from placed_pauses
    where worked_from <= due_unpaused + paused_before
    group by dossier_key, is_anew
),
{% if restarts %}
-- forwarding starts the clock anew while it runs: a dossier that is late stays late
measured_forwardings as (
    select
        forwardings.dossier_key,
        forwardings.forwarded_at,
        {{ worked_since('made_days', 'forwardings.forwarded_at', halves, day_length) }} as worked_at
    from forwardings
    inner join calendar_days as made_days on cast(forwardings.forwarded_at as date) = made_days.day
),

paused_before_forwardings as (
    select
        measured_forwardings.dossier_key,
        sum(
            least(measured_pauses.worked_until, measured_forwardings.worked_at) - measured_pauses.worked_from
        ) as paused_seconds
    from measured_forwardings
    inner join measured_pauses
        on measured_forwardings.dossier_key = measured_pauses.dossier_key
            and not measured_pauses.is_anew
            and measured_forwardings.forwarded_at > measured_pauses.paused_from
    group by measured_forwardings.dossier_key
),

restarted as (
    select measured_forwardings.dossier_key
    from measured_forwardings
    inner join granted on measured_forwardings.dossier_key = granted.dossier_key and not granted.is_anew
    left join paused_before_forwardings on measured_forwardings.dossier_key = paused_before_forwardings.dossier_key
    left join counted_extensions
        on measured_forwardings.dossier_key = counted_extensions.dossier_key
            and not counted_extensions.is_anew
            and measured_forwardings.forwarded_at >= counted_extensions.extended_at
    where
        measured_forwardings.worked_at
        <= granted.due_without
        + coalesce(paused_before_forwardings.paused_seconds, 0)
        + coalesce(counted_extensions.extended_seconds, 0)
),

running as (
    select granted.*
    from granted
    left join restarted on granted.dossier_key = restarted.dossier_key
    where granted.is_anew = (restarted.dossier_key is not null)
),
{% else %}
running as (
    select * from granted
),
{% endif %}
moved as (
    select
        running.*,
        coalesce(counted_pauses.paused_seconds, 0) as paused_seconds,
        coalesce(counted_extensions.extended_seconds, 0) as extended_seconds,
        coalesce(counted_extensions.wanted_seconds - counted_extensions.extended_seconds, 0) as refused_seconds
    from running
    left join counted_pauses
        on running.dossier_key = counted_pauses.dossier_key and running.is_anew = counted_pauses.is_anew
    left join counted_extensions
        on running.dossier_key = counted_extensions.dossier_key and running.is_anew = counted_extensions.is_anew
),

-- with its pauses, and for comparison once more without
variants as (
    select
        dossier_key,
        start_second,
        start_worked,
        day_number,
        rest_seconds + extended_seconds + paused_seconds as rest_seconds,
        true as is_answer
    from moved
    union all
    select
        dossier_key,
        start_second,
        start_worked,
        day_number,
        rest_seconds + extended_seconds as rest_seconds,
        false as is_answer
    from moved
    where paused_seconds > 0
),

placed as (
    select
        dossier_key,
        start_second,
        start_worked,
        is_answer,
        day_number + {{ whole_times('rest_seconds', day_length) }} as day_number,
        rest_seconds % {{ day_length }} as rest_seconds
    from variants
),

-- what is less than a day goes on to the next morning when the day is not long enough for it
ended as (
    select
        dossier_key,
        is_answer,
        case when start_worked + rest_seconds > {{ day_length }} then day_number + 1 else day_number end as day_number,
        case
            when rest_seconds = 0 then start_second
            when start_worked + rest_seconds > {{ day_length }}
                then {{ clock_when_worked('(start_worked + rest_seconds - ' ~ day_length ~ ')', halves) }}
            else {{ clock_when_worked('(start_worked + rest_seconds)', halves) }}
        end as due_second
    from placed
),

timed as (
    select
        ended.dossier_key,
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
        cast(moved.paused_seconds as bigint) as paused_working_seconds,
        cast(moved.extended_seconds as bigint) as extended_working_seconds,
        cast(moved.refused_seconds as bigint) as refused_working_seconds,
        forwardings.dossier_key is not null as is_forwarded
    from timed as answers
    inner join moved on answers.dossier_key = moved.dossier_key
    left join timed as unpaused on answers.dossier_key = unpaused.dossier_key and not unpaused.is_answer
    left join forwardings on answers.dossier_key = forwardings.dossier_key
    where answers.is_answer
)

select * from deadlines
