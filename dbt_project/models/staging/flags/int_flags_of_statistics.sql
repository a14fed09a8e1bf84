with

-- 1 newly filed, 3 refused and deleted dossiers are in no statistics
dossiers as (
    select * from {{ ref('dossiers') }}
    where deleted_at is null and vanished_at is null and coalesce(status, 0) not in (1, 3)
),

online_for_information_only as (
    select
        dossier_code,
        'S1' as rule,
        'Mức độ 2, kênh trực tuyến' as evidence
    from dossiers
    where service_level = 2 and channel = 2
),

without_reception as (
    select
        dossier_code,
        'S2' as rule,
        concat('Trạng thái ', coalesce(cast(status as varchar), 'chưa rõ'), ', không có ngày tiếp nhận') as evidence
    from dossiers
    where received_at is null and coalesce(status, 0) <> 5
),

ended_without_end as (
    select
        dossier_code,
        'S3' as rule,
        concat('Trạng thái ', cast(status as varchar), ', không có ngày kết thúc') as evidence
    from dossiers
    where status in (9, 10) and finished_at is null
),

received_in_the_future as (
    select
        dossier_code,
        'S4' as rule,
        concat('Tiếp nhận ', {{ day_text('received_at') }}) as evidence
    from dossiers
    where cast(received_at as date) > {{ as_of() }}
),

ended_in_the_future as (
    select
        dossier_code,
        'S5' as rule,
        concat('Kết thúc ', {{ day_text('finished_at') }}) as evidence
    from dossiers
    where cast(finished_at as date) > {{ as_of() }}
),

ended_before_reception as (
    select
        dossier_code,
        'S6' as rule,
        concat('Tiếp nhận ', {{ day_text('received_at') }}, ', kết thúc ', {{ day_text('finished_at') }}) as evidence
    from dossiers
    where cast(received_at as date) > cast(finished_at as date)
),

flags as (
    select * from online_for_information_only
    union all
    select * from without_reception
    union all
    select * from ended_without_end
    union all
    select * from received_in_the_future
    union all
    select * from ended_in_the_future
    union all
    select * from ended_before_reception
)

select * from flags
