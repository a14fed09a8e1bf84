{# One row per step from the first date to the last, both included: put it in the select list. #}
{% macro date_series(first, last, unit) %}{{ return(adapter.dispatch('date_series')(first, last, unit)) }}{% endmacro %}

{% macro duckdb__date_series(first, last, unit) -%}
    cast(unnest(generate_series({{ first }}, {{ last }}, interval 1 {{ unit }})) as date)
{%- endmacro %}

{# Day of the week, 1 Monday to 7 Sunday. #}
{% macro iso_weekday(day) %}{{ return(adapter.dispatch('iso_weekday')(day)) }}{% endmacro %}

{% macro duckdb__iso_weekday(day) -%}
    isodow({{ day }})
{%- endmacro %}

{# A day and a number of seconds after its midnight, as a local time. #}
{% macro day_and_seconds(day, seconds) %}{{ return(adapter.dispatch('day_and_seconds')(day, seconds)) }}{% endmacro %}

{% macro duckdb__day_and_seconds(day, seconds) -%}
    cast({{ day }} as timestamp) + to_seconds({{ seconds }})
{%- endmacro %}

{# Seconds from one local time to another. #}
{% macro seconds_between(earlier, later) %}{{ return(adapter.dispatch('seconds_between')(earlier, later)) }}{% endmacro %}

{% macro duckdb__seconds_between(earlier, later) -%}
    (epoch({{ later }}) - epoch({{ earlier }}))
{%- endmacro %}

{# Days from one date to another. #}
{% macro days_between(earlier, later) %}{{ return(adapter.dispatch('days_between')(earlier, later)) }}{% endmacro %}

{% macro duckdb__days_between(earlier, later) -%}
    datediff('day', {{ earlier }}, {{ later }})
{%- endmacro %}

{# dd/mm/yyyy, as people here write a day. #}
{% macro day_text(column) %}{{ return(adapter.dispatch('day_text')(column)) }}{% endmacro %}

{% macro duckdb__day_text(column) -%}
    strftime({{ column }}, '%d/%m/%Y')
{%- endmacro %}

{# dd/mm/yyyy HH:mm. #}
{% macro time_text(column) %}{{ return(adapter.dispatch('time_text')(column)) }}{% endmacro %}

{% macro duckdb__time_text(column) -%}
    strftime({{ column }}, '%d/%m/%Y %H:%M')
{%- endmacro %}

{# A date so many days after another. #}
{% macro days_after(day, days) %}{{ return(adapter.dispatch('days_after')(day, days)) }}{% endmacro %}

{% macro duckdb__days_after(day, days) -%}
    cast({{ day }} + cast({{ days }} as integer) as date)
{%- endmacro %}

{# A date so many months after another; the last of a month where it has fewer days. #}
{% macro months_after(day, months) %}{{ return(adapter.dispatch('months_after')(day, months)) }}{% endmacro %}

{% macro duckdb__months_after(day, months) -%}
    cast({{ day }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{# The last second of a day, as a local time. #}
{% macro end_of_day(day) -%}
    {{ day_and_seconds(day, 86399) }}
{%- endmacro %}

{# How many times a whole number goes into another. #}
{% macro whole_times(number, into) %}{{ return(adapter.dispatch('whole_times')(number, into)) }}{% endmacro %}

{% macro duckdb__whole_times(number, into) -%}
    ({{ number }} // {{ into }})
{%- endmacro %}
