with

procedures as (
    select * from {{ ref('procedures') }}
    where valid_to is null
),

catalogue as (
    select
        procedure_code,
        procedure_name,
        field_code,
        field_name,
        level,
        duration_hours,
        service_level,
        fee_amount,
        decision_number,
        valid_from
    from procedures
)

select * from catalogue
