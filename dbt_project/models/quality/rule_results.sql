with

results as (
    select * from {{ source('results', 'rule_results') }}
),

with_numerator as (
    select
        *,
        case when outcome in ('pass', 'fail') then denominator - failing end as numerator
    from results
)

select * from with_numerator
