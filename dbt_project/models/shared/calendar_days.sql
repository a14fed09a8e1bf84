with recursive

holidays as (
    select * from {{ source('reference', 'public_holidays') }}
),

overrides as (
    select * from {{ ref('calendar_overrides') }}
),

days as (
    select cast('2015-01-01' as date) as day
    union all
    select cast(day + interval 1 day as date) as day
    from days
    where day < cast('2030-12-31' as date)
),

-- the package tells substitutes and swaps in the name of the day
package_types as (
    select
        day,
        name,
        case
            when day_type = 'LAM_BU' then 'LAM_BU'
            when name like '%(nghỉ bù)%' then 'NGHI_BU'
            when name like '%thay cho%' then 'HOAN_DOI'
            else 'NGHI_LE'
        end as day_type
    from holidays
),

typed as (
    select
        days.day,
        coalesce(overrides.day_type, package_types.day_type) as special_type,
        coalesce(overrides.name, package_types.name) as name,
        dayofweek(days.day) in ({{ weekend_numbers() }}) as is_weekend
    from days
    left join overrides on days.day = cast(overrides.day as date)
    left join package_types on days.day = package_types.day
),

working as (
    select
        day,
        name,
        coalesce(special_type, case when is_weekend then 'CUOI_TUAN' else 'LAM_VIEC' end) as day_type,
        case
            when special_type = 'LAM_BU'
                then {{ 'true' if var('province')['make_up_saturdays_are_working'] else 'false' }}
            else special_type is null and not is_weekend
        end as is_working_day
    from typed
),

numbered as (
    select
        cast(day as date) as day,
        day_type,
        name,
        is_working_day,
        cast(sum(case when is_working_day then 1 else 0 end) over (order by day) as bigint) as working_day_number
    from working
)

select * from numbered
