with

holidays as (
    select * from {{ ref('int_calendar_exceptions') }}
    where day_type = 'NGHI_LE'
),

statutory_holidays as (
    select * from {{ ref('statutory_holidays') }}
),

days as (
    select {{ date_series("date '2015-01-01'", "date '2030-12-31'", 'day') }} as day
),

years as (
    select distinct cast(extract(year from day) as integer) as year
    from days
),

-- a holiday that moves has no day to look for: it counts only in the number of days
granted as (
    select
        years.year,
        statutory_holidays.days,
        make_date(years.year, statutory_holidays.month, statutory_holidays.day) as fixed_day
    from years
    inner join statutory_holidays
        on years.year >= statutory_holidays.first_year
            and (statutory_holidays.last_year is null or years.year <= statutory_holidays.last_year)
),

wanted as (
    select
        granted.year,
        cast(sum(granted.days) as bigint) as holidays_wanted,
        {{ joined_text(
            'case when holidays.day is null then ' ~ day_text('granted.fixed_day') ~ ' end', ', '
        ) }} as days_missing
    from granted
    left join holidays on granted.fixed_day = holidays.day
    group by granted.year
),

found as (
    select
        cast(extract(year from day) as integer) as year,
        count(*) as holidays_found
    from holidays
    group by extract(year from day)
),

judged as (
    select
        wanted.year,
        wanted.holidays_wanted,
        coalesce(found.holidays_found, 0) as holidays_found,
        wanted.days_missing,
        coalesce(found.holidays_found, 0) >= wanted.holidays_wanted and wanted.days_missing is null as is_covered
    from wanted
    left join found on wanted.year = found.year
)

select * from judged
