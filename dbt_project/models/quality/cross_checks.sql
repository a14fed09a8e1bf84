with

findings as (
    select * from {{ ref('int_cross_check_findings') }}
),

results as (
    select * from {{ ref('cross_check_results') }}
    where outcome = 'fail'
),

owners as (
    select * from {{ ref('int_datasets') }}
)

select
    concat_ws(
        ':', results.check_id, findings.left_batch_id, findings.left_row_number, findings.right_batch_id,
        findings.right_row_number
    ) as finding_key,
    results.check_id,
    results.severity,
    findings.left_dataset,
    findings.left_batch_id,
    findings.left_row_number,
    findings.left_row_key,
    findings.right_dataset,
    findings.right_batch_id,
    findings.right_row_number,
    findings.right_row_key,
    findings.evidence,
    results.sentence,
    results.how_to_fix,
    results.basis,
    owners.owner_key
from findings
inner join results on findings.pair_id = results.pair_id
left join owners
    on case when results.owner_side = 'left' then findings.left_dataset else findings.right_dataset end = owners.dataset
