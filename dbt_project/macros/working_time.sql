{# Seconds since midnight of a clock time of the profile, written HH:MM or HH:MM:SS. #}
{% macro clock_seconds(clock) -%}
    {%- set parts = (clock | string).split(':') -%}
    {{- parts[0] | int * 3600 + parts[1] | int * 60 -}}
{%- endmacro %}

{# Seconds since midnight of a local time; 0 is also what a date without a time has. #}
{% macro seconds_of_day(column) -%}
    (extract(hour from {{ column }}) * 3600 + extract(minute from {{ column }}) * 60 + extract(second from {{ column }}))
{%- endmacro %}

{# Working seconds of one day, by the working hours of a profile: 28800 for 07:00-11:30 and 13:30-17:00. #}
{% macro working_seconds_a_day(halves) -%}
    {%- set seconds = namespace(total=0) -%}
    {%- for half in halves -%}
        {%- set length = clock_seconds(half['end']) | int - clock_seconds(half['start']) | int -%}
        {%- set seconds.total = seconds.total + length -%}
    {%- endfor -%}
    {{- seconds.total -}}
{%- endmacro %}

{# Working seconds of a day that have passed at a clock time, given in seconds since midnight. #}
{% macro worked_by(second, halves) -%}
    (
        {%- for half in halves -%}
        least(greatest({{ second }} - {{ clock_seconds(half['start']) }}, 0), {{ clock_seconds(half['end']) | int - clock_seconds(half['start']) | int }})
        {{- ' + ' if not loop.last -}}
        {%- endfor -%}
    )
{%- endmacro %}

{# The first clock time, in seconds since midnight, at which so many working seconds of a day have passed. #}
{% macro clock_when_worked(worked, halves) -%}
    {%- set before = namespace(seconds=0) -%}
    case
        {%- for half in halves %}
        {%- set start = clock_seconds(half['start']) | int -%}
        {%- set before_half = before.seconds -%}
        {%- set before.seconds = before.seconds + (clock_seconds(half['end']) | int) - start %}
        when {{ worked }} <= {{ before.seconds }} then {{ worked }} + {{ start - before_half }}
        {%- endfor %}
    end
{%- endmacro %}

{# Whether a local time is later than another; by day when either is a date without a time. #}
{% macro is_after(later, earlier) -%}
    case
        when {{ seconds_of_day(later) }} = 0 or {{ seconds_of_day(earlier) }} = 0
            then cast({{ later }} as date) > cast({{ earlier }} as date)
        else {{ later }} > {{ earlier }}
    end
{%- endmacro %}

{#
  Working seconds from the beginning of the calendar to a local time, which is on the day of `days`. The day's
  number counts the day itself when it is worked.
#}
{% macro worked_since(days, time, halves, day_length) -%}
    (
        {{ days }}.working_day_number * {{ day_length }}
        + case
            when {{ days }}.is_working_day
                then {{ worked_by(seconds_of_day(time), halves) }}
            else {{ day_length }}
        end
    )
{%- endmacro %}
