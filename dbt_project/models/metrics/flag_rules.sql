{%- set thresholds = var('province')['thresholds'] -%}
{%- set extension = var('province')['extension'] -%}
{%- set limits = {'granted_time': 'không dài hơn thời hạn giải quyết của thủ tục', 'any': 'không giới hạn độ dài'} -%}
{%- set values = namespace(text='parameters') -%}
{%- for name, value in thresholds.items() -%}
{%- set values.text = "replace(" ~ values.text ~ ", '{" ~ name ~ "}', '" ~ value ~ "')" -%}
{%- endfor -%}
with

rules as (
    select * from {{ ref('dossier_rules') }}
),

flag_rules as (
    select
        rule,
        severity,
        sentence,
        how_to_fix,
        basis,
        needs_columns,
        replace(
            {{ values.text }},
            '{extension}',
            '{{ 'một lần, ' ~ limits[extension['at_most']] if extension['count'] else 'không lần nào' }}'
        ) as parameters
    from rules
)

select * from flag_rules
