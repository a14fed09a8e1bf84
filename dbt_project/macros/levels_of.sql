{#
  The levels of government in a text, in one order and joined by a comma: "Cấp bộ, Cấp tỉnh" gives ministry,province.
  Null when it names none.
#}
{% macro levels_of(column) -%}
    {%- set key = name_key(column) -%}
    {%- set levels = {
        'ministry': '(capbo|ministry)', 'province': '(captinh|province)', 'district': '(caphuyen|district)',
        'commune': '(capxa|commune)', 'other': '(coquankhac)'
    } -%}
    nullif(
        concat_ws(
            ','
            {%- for level, words in levels.items() %},
            case when {{ matches(key, words) }} then '{{ level }}' end
            {%- endfor %}
        ),
        ''
    )
{%- endmacro %}
