{#
  What became of each row that staging kept of an entity whose shared table is known by one code: kept, superseded by
  another row of the same code, or quarantined without a code. A row that nothing stands for is in no bucket.
#}
{% macro entity_outcomes(staged, code, shared, shared_code) -%}
    select
        staged.batch_id,
        case
            when staged.code is null then 'quarantined'
            when standing.code is not null then 'kept'
            when known.code is not null then 'superseded'
        end as bucket
    from (
        select
            batch_id,
            row_number,
            {{ code }} as code
        from {{ staged }}
        where row_verdict = 'kept'
    ) as staged
    left join (
        select distinct
            {{ shared_code }} as code,
            batch_id,
            row_number
        from {{ shared }}
    ) as standing
        on staged.code = standing.code and staged.batch_id = standing.batch_id and staged.row_number = standing.row_number
    left join (select distinct {{ shared_code }} as code from {{ shared }}) as known on staged.code = known.code
{%- endmacro %}
