{#
  Text as it comes, made comparable; a placeholder or nothing becomes null. To NFC; any white space to one space,
  trimmed; no zero-width characters; curly quotes straight, full-width forms plain; Đ for its look-alike Ð, Latin
  letters for their Cyrillic and Greek look-alikes beside a Latin one. Dashes stay: they are part of a code.
#}
{% macro clean_text(column, placeholders=[]) %}
    {{- return(adapter.dispatch('clean_text')(column, placeholders)) -}}
{% endmacro %}

{% macro duckdb__clean_text(column, placeholders) -%}
    {%- set text = 'cast(' ~ column ~ ' as varchar)' -%}
    case
        when {{ duckdb__is_clean(text) }}
            then {{ duckdb__unless_placeholder(text, placeholders) }}
        else list_transform(
            [{{ duckdb__cleaned(text) }}], lambda t: nullif({{ duckdb__unless_placeholder('t', placeholders) }}, '')
        )[1]
    end
{%- endmacro %}

{% macro duckdb__unless_placeholder(text, placeholders) -%}
    {%- if placeholders -%}
    case when lower({{ text }}) not in ({{ quoted(placeholders) }}) then {{ text }} end
    {%- else -%}
    {{ text }}
    {%- endif -%}
{%- endmacro %}

{#
  What `clean_text` does to a text, as a list joined by commas: nfc, spaces, zero_width, quotes, full_width,
  look_alike. Null when it leaves it as it is, and when there is nothing in it.
#}
{% macro text_repairs(column) %}
    {{- return(adapter.dispatch('text_repairs')(column)) -}}
{% endmacro %}

{% macro duckdb__text_repairs(column) -%}
    {%- set text = 'cast(' ~ column ~ ' as varchar)' -%}
    case
        when {{ duckdb__is_clean(text) }}
            then null
        when regexp_matches({{ text }}, '[^\pZ\pC\s]')
            then nullif(
                concat_ws(
                    ',',
                    case when nfc_normalize({{ text }}) <> {{ text }} then 'nfc' end,
                    case when regexp_matches({{ text }}, '{{ duckdb__hard_space() }}') then 'spaces' end,
                    case when regexp_matches({{ text }}, '{{ duckdb__zero_width() }}') then 'zero_width' end,
                    case when regexp_matches({{ text }}, '[‘’‚‛ʼ“”„‟]') then 'quotes' end,
                    case when regexp_matches({{ text }}, '[\x{FF01}-\x{FF5E}]') then 'full_width' end,
                    case
                        when regexp_matches({{ text }}, '{{ duckdb__look_alike() }}')
                            and {{ duckdb__without_look_alikes('nfc_normalize(' ~ text ~ ')') }} <> nfc_normalize({{ text }})
                            then 'look_alike'
                    end
                ),
                ''
            )
    end
{%- endmacro %}

{# Whether a text needs nothing. #}
{% macro is_clean(text) %}{{ return(adapter.dispatch('is_clean')(text)) }}{% endmacro %}

{# One row per column with its name and text: put it in the select list. #}
{% macro cells_of(columns, table) %}{{ return(adapter.dispatch('cells_of')(columns, table)) }}{% endmacro %}

{% macro duckdb__cells_of(columns, table) -%}
    unnest([
        {%- for column in columns -%}
            {'column_name': '{{ column }}', 'value': cast({{ table }}.{{ column }} as varchar)}{{ ', ' if not loop.last }}
        {%- else -%}
            {'column_name': cast(null as varchar), 'value': cast(null as varchar)}
        {%- endfor -%}
    ])
{%- endmacro %}

{# Whether a text needs nothing, as most do: ASCII and composed Vietnamese letters, one space between words. #}
{% macro duckdb__is_clean(text) -%}
    {%- set word = '[!-~À-ÏÑ-ÖØ-ïñ-öø-ÿĂăĐđĨĩŨũƠơƯư\\x{1EA0}-\\x{1EF9}–°²³§]+' -%}
    regexp_full_match({{ text }}, '{{ word }}(?: {{ word }})*')
{%- endmacro %}

{# The rest. What is rare is looked for first: a pattern that is not there costs least. #}
{% macro duckdb__cleaned(text) -%}
    {%- set composed = 'nfc_normalize(' ~ duckdb__plain(text) ~ ')' -%}
    trim(
        regexp_replace(
            case
                when regexp_matches({{ text }}, '{{ duckdb__look_alike() }}')
                    then {{ duckdb__without_look_alikes(composed) }}
                else {{ composed }}
            end,
            '[\pZ\s\x{85}]+', ' ', 'g'
        )
    )
{%- endmacro %}

{# Quotes straight, full-width forms ASCII, and without zero-width characters. #}
{% macro duckdb__plain(text) -%}
    regexp_replace(
        case
            when regexp_matches({{ text }}, '[‘’‚‛ʼ“”„‟\x{FF01}-\x{FF5E}]')
                then translate(
                    {{ text }},
                    '‘’‚‛ʼ“”„‟！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～',
                    '''''''''''""""!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~'
                )
            else {{ text }}
        end,
        '{{ duckdb__zero_width() }}', '', 'g'
    )
{%- endmacro %}

{#
  Đ where its look-alike stands: Ð not after a small letter, ð at the beginning of a word. Latin letters where their
  Cyrillic or Greek look-alikes stand beside a Latin letter, if none is left that has no Latin look.
#}
{% macro duckdb__without_look_alikes(text) -%}
    {%- set latin = "translate(t, 'АВЕКМНОРСТХУаеорсухіјѕІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧο', 'ABEKMHOPCTXYaeopcyxijsIJSABEZHIKMNOPTYXo')" -%}
    {#- twice: of two side by side the first pass sees one -#}
    {%- set once = 'regexp_replace(' ~ text ~ ", '(^|\\P{Ll})Ð', '\\1Đ', 'g')" -%}
    {%- set crossed = 'regexp_replace(' ~ once ~ ", '(^|\\P{Ll})Ð', '\\1Đ', 'g')" -%}
    list_transform(
        [regexp_replace({{ crossed }}, '(^|[^\pL\pM])ð', '\1đ', 'g')],
        lambda t: case
            when regexp_matches(t, '\p{Latin}[\p{Cyrillic}\p{Greek}]|[\p{Cyrillic}\p{Greek}]\p{Latin}')
                and not regexp_matches({{ latin }}, '[\p{Cyrillic}\p{Greek}]')
                then nfc_normalize({{ latin }})
            else t
        end
    )[1]
{%- endmacro %}

{% macro duckdb__look_alike() -%}[Ðð\p{Cyrillic}\p{Greek}]{%- endmacro %}

{% macro duckdb__zero_width() -%}
    [\x{AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2069}\x{FEFF}]
{%- endmacro %}

{# A space that is not one plain space between two words. #}
{% macro duckdb__hard_space() -%}
    ^[\pZ\s]|[\pZ\s]$|[\pZ\s]{2}|[\t\n\v\f\r\x{85}]|[^\PZ ]
{%- endmacro %}

{# The different texts of a group in one, sorted; nothing when there is none. #}
{% macro joined_text(value, separator) %}{{ return(adapter.dispatch('joined_text')(value, separator)) }}{% endmacro %}

{% macro duckdb__joined_text(value, separator) -%}
    string_agg(distinct {{ value }}, '{{ separator }}' order by {{ value }})
{%- endmacro %}

{# Key for matching Vietnamese names: no case, no diacritics, no spaces or apostrophes (domain: names of units). #}
{% macro name_key(column) %}{{ return(adapter.dispatch('name_key')(column)) }}{% endmacro %}

{% macro duckdb__name_key(column) -%}
    regexp_replace(replace(strip_accents(lower(nfc_normalize({{ column }}))), 'đ', 'd'), '[^a-z0-9]', '', 'g')
{%- endmacro %}

{# SQL list of text literals. #}
{% macro quoted(values) -%}
    {%- for value in values -%}
        '{{ value | lower | replace("'", "''") }}'{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
