with

pairs as (
    select * from {{ ref('int_cross_check_pairs') }}
),

found as (
    select
        pair_id,
        count(*) as rows_found
    from {{ ref('int_cross_check_findings') }}
    group by pair_id
),

judged as (
    select
        pairs.*,
        case
            when not pairs.has_contracts then 'không có hợp đồng dữ liệu'
            when not pairs.is_loaded then 'chưa có dữ liệu của một bên'
            when pairs.rows_looked_at = 0 then 'không có dòng nào để kiểm tra'
        end as reason,
        coalesce(found.rows_found, 0) as rows_found
    from pairs
    left join found on pairs.pair_id = found.pair_id
)

select
    pair_id,
    check_id,
    left_dataset,
    right_dataset,
    severity,
    sentence,
    how_to_fix,
    basis,
    owner_side,
    case when reason is not null then 'not_applicable' when rows_found > 0 then 'fail' else 'pass' end as outcome,
    reason,
    -- what was not looked at is not zero
    case when reason is null then rows_looked_at end as rows_looked_at,
    case when reason is null then rows_found end as rows_found
from judged
