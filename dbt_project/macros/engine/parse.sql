{# From clean text to a type; what cannot be read becomes null and is counted by a rule, never guessed. #}

{#
  A local time (Asia/Ho_Chi_Minh). Day comes first. Read: dd/mm/yyyy with or without a time, d/m/yy, ISO with or
  without an offset (an offset or Z is converted), yyyymmddhhmmss, and Excel serial numbers of 1927 to 2119.
#}
{% macro parse_timestamp(column) %}{{ return(adapter.dispatch('parse_timestamp')(column)) }}{% endmacro %}

{% macro duckdb__parse_timestamp(column) -%}
    case
        when {{ column }} is null then null
        when regexp_full_match({{ column }}, '[1-7]\d{4}([.,]\d+)?')
            then make_timestamp(cast(round((cast(replace({{ column }}, ',', '.') as double) - 25569) * 86400) as bigint) * 1000000)
        when regexp_full_match({{ column }}, '\d{4}-\d{2}-\d{2}[ T].*([zZ]|[+-]\d{2}(:?\d{2})?)')
            then timezone('Asia/Ho_Chi_Minh', try_cast({{ column }} as timestamptz))
        when regexp_full_match({{ column }}, '\d{1,2}[/.-]\d{1,2}[/.-]\d{2}')
            then try_strptime(regexp_replace({{ column }}, '[.-]', '/', 'g'), '%d/%m/%y')
        when regexp_matches({{ column }}, '^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}')
            then try_strptime(
                regexp_replace({{ column }}, '^(\d{1,2})[.-](\d{1,2})[.-]', '\1/\2/'),
                ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M', '%d/%m/%Y']
            )
        else try_strptime(
            {{ column }},
            ['%Y-%m-%d %H:%M:%S.%f', '%Y-%m-%d %H:%M:%S', '%Y-%m-%dT%H:%M:%S.%f', '%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M', '%Y-%m-%d', '%Y%m%d%H%M%S', '%Y%m%d']
        )
    end
{%- endmacro %}

{# The day of a local time, read as `parse_timestamp` reads. #}
{% macro parse_date(column) -%}
    cast({{ parse_timestamp(column) }} as date)
{%- endmacro %}

{# A whole number; 12.0 is 12, 12.5 is unreadable. #}
{% macro parse_integer(column) %}{{ return(adapter.dispatch('parse_integer')(column)) }}{% endmacro %}

{% macro duckdb__parse_integer(column) -%}
    case
        when regexp_full_match({{ column }}, '[+-]?\d+(\.0+)?')
            then try_cast(regexp_replace({{ column }}, '\.0+$', '') as bigint)
    end
{%- endmacro %}

{# A number; decimal comma and repeated thousand points are Vietnamese usage. #}
{% macro parse_number(column) %}{{ return(adapter.dispatch('parse_number')(column)) }}{% endmacro %}

{% macro duckdb__parse_number(column) -%}
    case
        when regexp_full_match({{ column }}, '-?\d{1,3}(\.\d{3}){2,}(,\d+)?|-?\d{1,3}(\.\d{3})+,\d+|-?\d+,\d+')
            then try_cast(replace(replace({{ column }}, '.', ''), ',', '.') as double)
        else try_cast({{ column }} as double)
    end
{%- endmacro %}

{# Yes or no. #}
{% macro parse_boolean(column) -%}
    case
        when lower({{ column }}) in ('1', 'true', 't', 'yes', 'có', 'x', 'đã', 'rồi') then true
        when lower({{ column }}) in ('0', 'false', 'f', 'no', 'không', 'chưa') then false
    end
{%- endmacro %}
