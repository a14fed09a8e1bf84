{%- set make_up_saturdays = var('province')['make_up_saturdays_are_working'] -%}
with

exceptions as (
    select * from {{ ref('int_calendar_exceptions') }}
),

years as (
    select * from {{ ref('int_calendar_years') }}
),

days as (
    select {{ date_series("date '2015-01-01'", "date '2030-12-31'", 'day') }} as day
),

typed as (
    select
        days.day,
        {{ iso_weekday('days.day') }} as weekday,
        coalesce(
            exceptions.day_type,
            case when {{ iso_weekday('days.day') }} >= 6 then 'CUOI_TUAN' else 'LAM_VIEC' end
        ) as day_type,
        exceptions.name,
        years.year,
        years.is_covered,
        years.holidays_wanted,
        years.holidays_found,
        years.days_missing
    from days
    left join exceptions on days.day = exceptions.day
    left join years on extract(year from days.day) = years.year
),

-- figures are never made with a year whose holidays are not known; of a later year such days have no answer
judged as (
    select
        *,
        case
            when is_covered then day_type = 'LAM_VIEC' {{ "or day_type = 'LAM_BU'" if make_up_saturdays }}
            when year <= extract(year from {{ as_of() }}) then {{ stop(
                "concat('Calendar: wanted ', holidays_wanted, ' public holidays of ', year, '; found ', holidays_found, "
                ~ "coalesce(concat(', without ', days_missing), ''), "
                ~ "'. Add what is missing to calendar_overrides of the profile (docs/reference-data.md).')"
            ) }}
        end as is_working_day
    from typed
),

-- a day without an answer counts as one: no number of working days can then reach over such a year
numbered as (
    select
        day,
        cast(weekday as integer) as weekday,
        day_type,
        is_working_day,
        cast(
            sum(case when is_working_day = false then 0 else 1 end) over (order by day) as bigint
        ) as working_day_number,
        name
    from judged
)

select * from numbered
