with

failing as (
    select * from {{ source('results', 'failing_rows') }}
),

results as (
    select * from {{ ref('rule_results') }}
),

of_failed_rules as (
    select failing.*
    from failing
    inner join results
        on failing.dataset = results.dataset and failing.rule_id = results.rule_id
    where results.outcome = 'fail'
)

select * from of_failed_rules
