with

handed_over as (
    select * from {{ ref('decentralised_procedures') }}
),

-- the level to which a procedure was handed over, until it is handed over again
spans as (
    select
        procedure_code,
        coalesce(to_level, 'khong_ro') as to_level,
        effective_on as handed_over_from,
        {{ day_before('lead(effective_on) over (partition by procedure_code order by effective_on)') }}
            as handed_over_to
    from handed_over
)

select * from spans
