with

procedures as (
    select * from {{ ref('procedures') }}
),

-- an unknown first day is none
catalogue as (
    select
        procedure_code,
        procedure_name,
        field_code,
        field_name,
        level,
        service_level,
        duration_hours,
        fee_amount,
        has_result,
        decision_number,
        nullif(valid_from, date '1900-01-01') as valid_from,
        duration_value,
        duration_unit,
        duration_text
    from procedures
    where valid_from <= {{ as_of() }} and (valid_to is null or valid_to >= {{ as_of() }})
)

select * from catalogue
