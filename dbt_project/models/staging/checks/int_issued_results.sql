with

dossiers as (
    select * from {{ ref('dossiers') }}
),

latest as (
    select * from {{ ref('int_dossier_latest') }}
),

-- 9 finished, 10 handed over
issued as (
    select
        dossiers.dossier_code,
        dossiers.dataset,
        dossiers.batch_id,
        dossiers.row_number,
        dossiers.procedure_code,
        upper(replace(latest.result_number, ' ', '')) as result_number,
        dossiers.result_issued_on
    from dossiers
    inner join latest on dossiers.dossier_code = latest.dossier_key
    where dossiers.status in (9, 10) and dossiers.deleted_at is null and latest.result_number is not null
)

select * from issued
