{# Seconds since midnight of a clock time of the profile, written HH:MM or HH:MM:SS. #}
{% macro clock_seconds(clock) -%}
    {%- set parts = (clock | string).split(':') -%}
    {{- parts[0] | int * 3600 + parts[1] | int * 60 -}}
{%- endmacro %}

{# Seconds since midnight of a local time; 0 is also what a date without a time has. #}
{% macro seconds_of_day(column) -%}
    (extract(hour from {{ column }}) * 3600 + extract(minute from {{ column }}) * 60 + extract(second from {{ column }}))
{%- endmacro %}

{# Whether a local time is later than another; by day when either is a date without a time. #}
{% macro is_after(later, earlier) -%}
    case
        when {{ seconds_of_day(later) }} = 0 or {{ seconds_of_day(earlier) }} = 0
            then cast({{ later }} as date) > cast({{ earlier }} as date)
        else {{ later }} > {{ earlier }}
    end
{%- endmacro %}
