with

dossiers as (
    select * from {{ ref('dossiers') }}
    where deleted_at is null and vanished_at is null
),

agencies as (
    select * from {{ ref('agencies') }}
),

-- a reception without a time of day is no moment
moments as (
    select
        receiving_agency_code,
        received_at,
        cast(count(*) as bigint) as dossier_count
    from dossiers
    where receiving_agency_code is not null and {{ seconds_of_day('received_at') }} > 0
    group by receiving_agency_code, received_at
),

batch_entries as (
    select
        moments.receiving_agency_code as agency_code,
        agencies.agency_name,
        moments.received_at,
        moments.dossier_count,
        concat(
            coalesce(agencies.agency_name, moments.receiving_agency_code), ' tiếp nhận ',
            cast(moments.dossier_count as varchar), ' hồ sơ cùng lúc ', {{ time_text('moments.received_at') }}, '.'
        ) as sentence,
        {{ text_literal(var('province')['legal_basis'] ~ ': không nhập dữ liệu trên phần mềm một cửa') }} as basis
    from moments
    left join agencies on moments.receiving_agency_code = agencies.agency_code
    where moments.dossier_count >= {{ var('province')['thresholds']['batch_entry_rows'] }}
)

select * from batch_entries
