{#
  The state of a citizen number (docs/identifiers.md): valid, repaired, suspect, invalid, placeholder or empty.
  Twelve digits; the first three a province (var `citizen_prefixes`, from the seed `citizen_number_prefixes`), the
  fourth century and sex, the next two the year of birth. `born_on` (a date) and `sex` (male, female) are held against
  it where a dataset has them. Leading zeros that a spreadsheet took away are put back only if the year of birth agrees.
#}
{% macro person_number_status(column, born_on=none, sex=none) -%}
    {%- set digits = person_digits(column) -%}
    case
        when {{ column }} is null then 'empty'
        -- most are so: nothing else is looked at
        when {{ matches(column, '^[0-9]{12}$') }}
            then case
                when {{ is_one_digit(column) }} then 'placeholder'
                when {{ person_number_agrees(column, born_on, sex) }} then 'valid'
                else 'suspect'
            end
        when {{ matches(digits, '^[0-9]{8,12}$') }} and {{ is_one_digit(digits) }} then 'placeholder'
        when {{ matches(digits, '^[0-9]{12}$') }}
            then case when {{ person_number_agrees(digits, born_on, sex) }} then 'repaired' else 'suspect' end
        {%- if born_on is not none %}
        when {{ born_on }} is not null and {{ matches(digits, '^[1-9][0-9]{9,10}$') }}
            and {{ person_number_agrees(restored_person_number(column), born_on, sex) }}
            then 'repaired'
        {%- endif %}
        -- 11 digits may have lost a zero; 9 are an old card, 8 one that lost its zero
        when {{ matches(digits, '^([1-9][0-9]{10}|[0-9]{8,9})$') }} then 'suspect'
        else 'invalid'
    end
{%- endmacro %}

{#
  The number to link by: twelve digits where it is valid or repaired, as written without its separators where it is
  suspect, null where there is none.
#}
{% macro person_number(column, born_on=none, sex=none) -%}
    {{ person_number_of_status(column, person_number_status(column, born_on, sex)) }}
{%- endmacro %}

{% macro person_number_of_status(column, status) -%}
    case {{ status }}
        when 'valid' then {{ column }}
        when 'repaired' then {{ restored_person_number(column) }}
        when 'suspect' then {{ person_digits(column) }}
    end
{%- endmacro %}

{# Whether a text is one character over and over. #}
{% macro is_one_digit(column) -%}
    replace({{ column }}, substr({{ column }}, 1, 1), '') = ''
{%- endmacro %}

{# The number without what people and spreadsheets put into it: separators, an apostrophe, the .0 of a number. #}
{% macro person_digits(column) -%}
    {%- set whole = extract_group(column, "^([0-9]{8,12})[.]0$") -%}
    {%- set apart = "replace(replace(replace(replace(" ~ column ~ ", ' ', ''), '.', ''), '-', ''), '''', '')" -%}
    coalesce({{ whole }}, {{ apart }})
{%- endmacro %}

{% macro restored_person_number(column) -%}
    lpad({{ person_digits(column) }}, 12, '0')
{%- endmacro %}

{# The year of birth that twelve digits speak of. #}
{% macro birth_year(number) -%}
    (
        1900 + 100 * cast(floor(cast(substr({{ number }}, 4, 1) as integer) / 2) as integer)
        + cast(substr({{ number }}, 5, 2) as integer)
    )
{%- endmacro %}

{# How a number that is `repaired` was: leading_zero, or separators. #}
{% macro person_number_repair(column) -%}
    case when length({{ person_digits(column) }}) < 12 then 'leading_zero' else 'separators' end
{%- endmacro %}

{# Whether twelve digits agree with what is known: an issued province, a year that has been, year of birth, sex. #}
{% macro person_number_agrees(number, born_on=none, sex=none) -%}
    {%- set century = 'cast(substr(' ~ number ~ ', 4, 1) as integer)' -%}
    {%- set year = birth_year(number) -%}
    (
        substr({{ number }}, 1, 3) in ({{ quoted(var('citizen_prefixes') or ['none']) }})
        and {{ year }} <= extract(year from {{ as_of() }})
        {%- if born_on is not none %}
        and coalesce({{ year }} = extract(year from {{ born_on }}), true)
        {%- endif %}
        {%- if sex is not none %}
        and coalesce(case {{ sex }} when 'male' then {{ century }} % 2 = 0 when 'female' then {{ century }} % 2 = 1 end, true)
        {%- endif %}
    )
{%- endmacro %}
