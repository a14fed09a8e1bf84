with

decentralised as (
    select
        *,
        coalesce(
            {{ national_procedure_code('procedure_code_raw') }}, upper(trim(procedure_code_raw))
        ) as procedure_code
    from {{ ref('int_decentralised_procedures') }}
    where row_verdict = 'kept' and procedure_code_raw is not null and effective_on is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by procedure_code, effective_on
            order by source_priority asc, batch_sequence desc, dataset asc, row_number asc
        ) as row_rank
    from decentralised
),

decentralised_procedures as (
    select
        procedure_code,
        procedure_name,
        from_level,
        to_level,
        effective_on,
        document,
        source_system,
        batch_id,
        row_number
    from ranked
    where row_rank = 1
)

select * from decentralised_procedures
