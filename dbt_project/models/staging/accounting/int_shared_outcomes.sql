with

-- rows of the tables that one dataset has for itself
dataset_rows as (
    select
        batch_id,
        bucket,
        row_count
    from {{ ref('int_shared_rows') }}
),

dossiers as (
    select * from {{ ref('dossiers') }}
),

codes as (
    select * from {{ ref('int_dossier_codes') }}
),

-- a dossier that another source, row or code stands for is superseded
dossier_rows as (
    select
        staged.batch_id,
        case
            when staged.dossier_code is null then 'quarantined'
            when dossiers.batch_id = staged.batch_id and dossiers.row_number = staged.row_number then 'kept'
            when dossiers.dossier_code is not null then 'superseded'
        end as bucket
    from {{ ref('int_dossiers') }} as staged
    left join codes on {{ dossier_key('staged.dossier_code') }} = codes.dossier_key
    left join dossiers
        on coalesce(codes.main_key, {{ dossier_key('staged.dossier_code') }}) = dossiers.dossier_code
    where staged.row_verdict = 'kept'
),

agency_rows as (
    {{ entity_outcomes(ref('int_agencies'), 'upper(trim(agency_code))', ref('agencies'), 'agency_code') }}
),

procedure_rows as (
    {{
        entity_outcomes(
            ref('int_procedures'),
            'coalesce(' ~ national_procedure_code('procedure_code_raw') ~ ', upper(trim(procedure_code_raw)))',
            ref('procedures'),
            'procedure_code'
        )
    }}
),

rating_rows as (
    {{
        entity_outcomes(
            ref('int_satisfaction_ratings'),
            'coalesce(trim(rating_code), row_key)',
            ref('satisfaction_ratings'),
            'rating_code'
        )
    }}
),

publication_rows as (
    {{
        entity_outcomes(
            ref('int_procedure_publications'),
            'coalesce(' ~ national_procedure_code('procedure_code_raw') ~ ", upper(trim(procedure_code_raw)))"
            ~ " || '|' || trim(decision_number)",
            ref('procedure_publications'),
            "procedure_code || '|' || decision_number"
        )
    }}
),

decentralised_rows as (
    {{
        entity_outcomes(
            ref('int_decentralised_procedures'),
            'coalesce(' ~ national_procedure_code('procedure_code_raw') ~ ", upper(trim(procedure_code_raw)))"
            ~ " || '|' || cast(effective_on as varchar)",
            ref('decentralised_procedures'),
            "procedure_code || '|' || cast(effective_on as varchar)"
        )
    }}
),

unit_changes as (
    select distinct
        new_code,
        old_code
    from {{ ref('administrative_unit_changes') }}
),

new_units as (
    select distinct new_code from unit_changes
),

-- what the official table says and cannot be so is listed there with its reason
set_aside as (
    select distinct
        new_code,
        old_code
    from {{ ref('int_official_unit_changes') }}
    where verdict <> 'kept'
),

-- a unit that came whole out of a district is listed without the code of a commune before it
change_rows as (
    select
        staged.batch_id,
        case
            when staged.new_code is null then 'quarantined'
            when unit_changes.new_code is not null then 'kept'
            when staged.old_code is null and new_units.new_code is not null then 'kept'
            when set_aside.new_code is not null then 'quarantined'
        end as bucket
    from {{ ref('int_commune_changes') }} as staged
    left join unit_changes on staged.new_code = unit_changes.new_code and staged.old_code = unit_changes.old_code
    left join new_units on staged.new_code = new_units.new_code
    left join set_aside
        on staged.new_code = set_aside.new_code and staged.old_code is not distinct from set_aside.old_code
    where staged.row_verdict = 'kept'
),

-- entities that are read where they are united: there is no table behind them
united_rows as (
    {%- for entity in [
        'control_totals', 'dossier_steps', 'system_inventory', 'targets', 'zero_declarations'
    ] %}
    select
        batch_id,
        'kept' as bucket
    from {{ ref('int_' ~ entity) }}
    where row_verdict = 'kept'
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

entity_rows as (
    select * from dossier_rows
    union all
    select * from agency_rows
    union all
    select * from procedure_rows
    union all
    select * from rating_rows
    union all
    select * from publication_rows
    union all
    select * from decentralised_rows
    union all
    select * from change_rows
    union all
    select * from united_rows
),

outcomes as (
    select
        batch_id,
        bucket,
        row_count
    from dataset_rows
    union all
    select
        batch_id,
        bucket,
        count(*) as row_count
    from entity_rows
    where bucket is not null
    group by batch_id, bucket
)

select * from outcomes
