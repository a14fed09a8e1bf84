{#
  How much of a date its text knows: day, month or year, and null where nothing can be read (domain: births are often
  known by their year). A date that can be read as a whole is known to the day.
#}
{% macro date_precision(column) -%}
    case
        when {{ parse_date(column) }} is not null then 'day'
        when {{ matches(column, '^(-{1,2}|0{1,2}|[?]{1,2})?[/.-]?(0?[1-9]|1[0-2])[/.-](19|20)[0-9]{2}$') }} then 'month'
        when {{ year_of_partial(column) }} is not null then 'year'
    end
{%- endmacro %}

{# The first day that a text in part may mean: 01/01/1962 for 1962; null where nothing can be read. #}
{% macro earliest_day(column) -%}
    case {{ date_precision(column) }}
        when 'day' then {{ parse_date(column) }}
        when 'month'
            then cast(
                substr({{ column }}, length({{ column }}) - 3) || '-'
                || lpad({{ extract_group(column, '([0-9]{1,2})[/.-](19|20)[0-9]{2}$') }}, 2, '0') || '-01' as date
            )
        when 'year' then cast({{ year_of_partial(column) }} || '-01-01' as date)
    end
{%- endmacro %}

{# 1962, --/--/1962, 00/00/1962, ??/??/1962 #}
{% macro year_of_partial(column) -%}
    {{ extract_group(column, '^((-{1,2}|0{1,2}|[?]{1,2})[/.-](-{1,2}|0{1,2}|[?]{1,2})[/.-])?((19|20)[0-9]{2})$', 4) }}
{%- endmacro %}

{#
  Whether two rows with `born_on` and `born_on_precision` say the same date as far as both know it; null where one of
  them knows nothing.
#}
{% macro same_as_far_as_known(one, other) -%}
    case
        when 'year' in ({{ one }}.born_on_precision, {{ other }}.born_on_precision)
            then extract(year from {{ one }}.born_on) = extract(year from {{ other }}.born_on)
        when 'month' in ({{ one }}.born_on_precision, {{ other }}.born_on_precision)
            then extract(year from {{ one }}.born_on) = extract(year from {{ other }}.born_on)
                and extract(month from {{ one }}.born_on) = extract(month from {{ other }}.born_on)
        else {{ one }}.born_on = {{ other }}.born_on
    end
{%- endmacro %}
