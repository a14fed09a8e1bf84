{#
  A share of two whole numbers in percent with two decimals, rounded half up in whole numbers: a double would round
  the half of 1.005 down. Null where the denominator is null or 0.
#}
{% macro percent(numerator, denominator) -%}
    {{ half_up(numerator ~ ' * 10000', denominator) }}
{%- endmacro %}

{# A quotient of two whole numbers, of hundredths, as a number with two decimals; half up, null where nothing divides. #}
{% macro half_up(number, into) -%}
    case
        when {{ into }} > 0
            then cast({{ whole_times('(2 * ' ~ number ~ ' + ' ~ into ~ ')', '(2 * ' ~ into ~ ')') }} as double) / 100
    end
{%- endmacro %}
