{#
  Key of a Vietnamese name that keeps its marks: no case, spaces or apostrophes, and the tone of a syllable wherever
  it is placed (hoà, hòa). Two names that only tones or letters tell apart have two keys, but one `name_key`.
#}
{% macro spelling_key(column) %}{{ return(adapter.dispatch('spelling_key')(column)) }}{% endmacro %}

{% macro duckdb__spelling_key(column) -%}
    {%- set toned = 'àáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ' -%}
    {%- set bare = 'aaaaaăăăăăâââââeeeeeêêêêêiiiiioooooôôôôôơơơơơuuuuuưưưưưyyyyy' -%}
    {%- set tones = '`´?~.' * 12 -%}
    {%- set letters = "regexp_replace(replace(lower(nfc_normalize(" ~ column ~ ")), 'ð', 'đ'), '[^\\pL\\d]', '', 'g')" -%}
    translate({{ letters }}, '{{ toned }}', '{{ bare }}')
    || ' '
    || regexp_replace(translate({{ letters }}, '{{ toned }}', '{{ tones }}'), '[^`´?~.]', '', 'g')
{%- endmacro %}

{# The distinct values of a group as one text, in order. #}
{% macro listed(column) %}{{ return(adapter.dispatch('listed')(column)) }}{% endmacro %}

{% macro duckdb__listed(column) -%}
    array_to_string(list_sort(list(distinct {{ column }})), ', ')
{%- endmacro %}
