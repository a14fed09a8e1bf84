{%- set make_up_saturdays = var('province')['make_up_saturdays_are_working'] -%}
with

listed_days as (
    select * from {{ source('reference', 'public_holidays') }}
),

overrides as (
    select * from {{ ref('calendar_overrides') }}
),

days as (
    select {{ date_series("date '2015-01-01'", "date '2030-12-31'", 'day') }} as day
),

-- ten public holidays are the least a year has (BLLĐ 2012 Art. 115); a year with fewer is not known
covered_years as (
    select extract(year from day) as covered_year
    from listed_days
    where day_type = 'NGHI_LE'
    group by extract(year from day)
    having count(*) >= 10
),

typed as (
    select
        days.day,
        {{ iso_weekday('days.day') }} as weekday,
        covered_years.covered_year is not null as is_covered,
        coalesce(
            overrides.day_type,
            listed_days.day_type,
            case when {{ iso_weekday('days.day') }} >= 6 then 'CUOI_TUAN' else 'LAM_VIEC' end
        ) as day_type,
        coalesce(overrides.name, listed_days.name) as name
    from days
    left join overrides on days.day = overrides.day
    left join listed_days on days.day = listed_days.day
    left join covered_years on extract(year from days.day) = covered_years.covered_year
),

-- a year that is not covered has no answer, which the contract refuses, rather than no holidays
judged as (
    select
        *,
        case
            when is_covered then day_type = 'LAM_VIEC' {{ "or day_type = 'LAM_BU'" if make_up_saturdays }}
        end as is_working_day
    from typed
),

numbered as (
    select
        day,
        cast(weekday as integer) as weekday,
        day_type,
        is_working_day,
        cast(sum(case when is_working_day then 1 else 0 end) over (order by day) as bigint) as working_day_number,
        name
    from judged
)

select * from numbered
