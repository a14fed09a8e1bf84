with

dossiers as (
    select * from {{ ref('int_dossier_latest') }}
),

procedures as (
    select * from {{ ref('procedures') }}
),

fields as (
    select * from {{ ref('int_fields') }}
),

-- a name that several procedures share finds none of them
named_procedures as (
    select
        {{ name_key('procedure_name') }} as procedure_key,
        min(procedure_code) as procedure_code
    from procedures
    where procedure_name is not null
    group by {{ name_key('procedure_name') }}
    having count(distinct procedure_code) = 1
),

listed_codes as (
    select
        procedure_code,
        case when count(distinct field_code) = 1 then min(field_code) end as field_code,
        max(case when is_in_published_catalogue then 1 else 0 end) = 1 as is_published
    from procedures
    group by procedure_code
),

catalogues as (
    select count(is_in_published_catalogue) > 0 as is_loaded from procedures
),

coded as (
    select
        dossiers.dossier_key,
        dossiers.field_name,
        coalesce(cast(dossiers.received_at as date), {{ as_of() }}) as valid_on,
        coalesce(
            {{ national_procedure_code('dossiers.procedure_code_raw') }},
            listed_codes.procedure_code,
            named_procedures.procedure_code
        ) as procedure_code
    from dossiers
    left join listed_codes on upper(trim(dossiers.procedure_code_raw)) = listed_codes.procedure_code
    left join named_procedures on {{ name_key('dossiers.procedure_name') }} = named_procedures.procedure_key
),

matched as (
    select
        coded.dossier_key,
        coded.procedure_code,
        coalesce(procedures.field_code, listed_codes.field_code, fields.field_code) as field_code,
        procedures.service_level,
        procedures.duration_hours,
        procedures.has_result,
        procedures.duration_value,
        procedures.duration_unit,
        procedures.online_duration_hours,
        case when catalogues.is_loaded then coalesce(listed_codes.is_published, false) end as is_in_published_catalogue
    from coded
    cross join catalogues
    left join listed_codes on coded.procedure_code = listed_codes.procedure_code
    left join procedures
        on coded.procedure_code = procedures.procedure_code
            and coded.valid_on >= procedures.valid_from
            and (procedures.valid_to is null or coded.valid_on <= procedures.valid_to)
    left join fields on {{ name_key('coded.field_name') }} = fields.field_key
)

select * from matched
