with

failing as (
    select * from {{ source('results', 'failing_rows') }}
),

results as (
    select * from {{ ref('rule_results') }}
),

datasets as (
    select * from {{ ref('int_datasets') }}
),

of_failed_rules as (
    select
        failing.dataset,
        failing.rule_id,
        case when datasets.is_key_personal then {{ token('failing.row_key') }} else failing.row_key end as row_key,
        failing.commune_code,
        failing.batch_id,
        failing.source_file,
        failing.sheet,
        failing.row_number,
        failing.detail
    from failing
    inner join results
        on failing.dataset = results.dataset and failing.rule_id = results.rule_id
    left join datasets on failing.dataset = datasets.dataset
    where results.outcome = 'fail'
)

select * from of_failed_rules
