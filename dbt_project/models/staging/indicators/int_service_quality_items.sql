with

items as (
    select * from {{ ref('service_quality_items') }}
),

indicators as (
    select * from {{ ref('indicators') }}
    where unit_code <> 'khong_ro'
),

-- a unit is rated in every period in which it was there: item 2.1 is told of all of them
units as (
    select
        unit_kind,
        unit_code,
        unit_name,
        period_type,
        period_start,
        period_end,
        counted_until
    from indicators
    where indicator = 'settled_on_time'
),

-- the weights of the last counted day
asked as (
    select
        units.*,
        items.weights_version,
        items.item,
        items.item_group,
        items.group_title_vi,
        items.title_vi,
        items.indicator,
        items.shortfall_of,
        items.max_points,
        items.full_at,
        items.reason_vi,
        items.basis,
        items.is_assumed
    from units
    inner join items
        on units.counted_until >= items.valid_from
            and (items.valid_to is null or units.counted_until <= items.valid_to)
),

found as (
    select
        asked.*,
        told.numerator,
        told.denominator,
        case
            when asked.shortfall_of is null then told.value
            when told.value + taken_off.value is not null then greatest(told.value + taken_off.value - 100, 0)
        end as ratio,
        case
            when asked.indicator is null then 'no_indicator'
            when told.indicator is null then 'not_of_this_unit'
            else coalesce(told.reason, taken_off.reason)
        end as reason,
        published.numerator as published_numerator,
        published.denominator as published_denominator,
        -- the national portal publishes 0 for a unit that received nothing
        case when asked.item = '2.1' then coalesce(published.value, 0) end as published_ratio
    from asked
    left join indicators as told
        on asked.indicator = told.indicator
            and asked.unit_kind = told.unit_kind
            and asked.unit_code = told.unit_code
            and asked.period_type = told.period_type
            and asked.period_start = told.period_start
    left join indicators as taken_off
        on asked.shortfall_of = taken_off.indicator
            and asked.unit_kind = taken_off.unit_kind
            and asked.unit_code = taken_off.unit_code
            and asked.period_type = taken_off.period_type
            and asked.period_start = taken_off.period_start
    left join indicators as published
        on asked.item = '2.1'
            and published.indicator = 'settled_on_time_published'
            and asked.unit_kind = published.unit_kind
            and asked.unit_code = published.unit_code
            and asked.period_type = published.period_type
            and asked.period_start = published.period_start
),

-- in whole hundredths, so that halves are rounded up
scaled as (
    select
        *,
        cast(round(case when reason is null then ratio end * 100) as bigint) as ratio_hundredths,
        cast(round(published_ratio * 100) as bigint) as published_hundredths,
        cast(round(max_points * 100) as bigint) as points_hundredths,
        cast(round(coalesce(full_at, 100) * 100) as bigint) as full_hundredths
    from found
),

-- without a ratio there are no points
capped as (
    select
        *,
        case when ratio_hundredths > full_hundredths then full_hundredths else ratio_hundredths end
            as counted_hundredths
    from scaled
),

service_quality_index as (
    select
        unit_kind,
        unit_code,
        unit_name,
        period_type,
        period_start,
        period_end,
        counted_until,
        item_group,
        group_title_vi,
        item,
        title_vi,
        indicator,
        numerator,
        denominator,
        cast(ratio_hundredths as double) / 100 as ratio,
        max_points,
        full_at,
        {{ half_up('points_hundredths * counted_hundredths', 'full_hundredths') }} as points,
        reason,
        case reason
            when 'no_indicator' then reason_vi
            when 'not_of_this_unit' then 'Không tính cho loại đơn vị này.'
            when 'denominator_zero' then 'Không có đối tượng phải tính trong kỳ.'
            when 'no_source' then 'Nguồn dữ liệu không cung cấp thông tin cần tính.'
        end as reason_vi,
        published_numerator,
        published_denominator,
        published_ratio,
        cast(published_hundredths as double) * max_points / 10000 as published_points,
        weights_version,
        basis,
        is_assumed
    from capped
)

select * from service_quality_index
