{#
  Tables of typed rows (templates/typed.sql.j2) hold every landed row of every committed batch, typed by one contract:
  a function of landing and contract alone, so a table that grew batch by batch equals one built at once (docs/adr/015).
#}

{# Rows of batches that are no longer committed leave the table before new ones come; nothing on a first or full build. #}
{% macro forget_batches(dataset) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where batch_id not in (
            select batch_id from {{ ref('batches') }}
            where dataset = '{{ dataset }}' and state = 'committed'
        )
    {%- endif -%}
{%- endmacro %}

{# Whether a committed batch is not in the table yet. If none is, there is nothing to plan either. #}
{% macro has_new_batches(dataset) -%}
    {%- if not is_incremental() -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set new_batches -%}
        select 1 from {{ ref('batches') }}
        where
            dataset = '{{ dataset }}' and state = 'committed'
            and batch_id not in (select typed_rows.batch_id from {{ this }} as typed_rows)
        limit 1
    {%- endset -%}
    {{ return(run_query(new_batches) | length > 0) }}
{%- endmacro %}

{# Whether this table holds nothing that the present contract, macros and placeholders have typed. #}
{% macro is_typed_otherwise() -%}
    {%- set typed_by = (config.get('meta') or {}).get('typed_by') -%}
    {%- set relation = load_relation(this) if execute and typed_by else none -%}
    {%- if relation is none -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return(run_query("select 1 from " ~ relation ~ " where typed_by = '" ~ typed_by ~ "' limit 1") | length == 0) }}
{%- endmacro %}

{# dbt's own macro, and one more reason: rows that were typed by another contract are typed anew, columns and all. #}
{% macro should_full_refresh() -%}
    {%- set asked = config.get('full_refresh') -%}
    {%- set asked = flags.FULL_REFRESH if asked is none else asked -%}
    {{ return(asked or is_typed_otherwise()) }}
{%- endmacro %}
