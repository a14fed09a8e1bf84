with

items as (
    select * from {{ ref('service_quality_index') }}
),

-- each card, and all of them
counted as (
    select
        *,
        item_group as card,
        group_title_vi as card_title_vi
    from items
    union all
    select
        *,
        'total' as card,
        'Tổng điểm' as card_title_vi
    from items
),

summed as (
    select
        unit_kind,
        unit_code,
        unit_name,
        period_type,
        period_start,
        period_end,
        counted_until,
        card as item_group,
        card_title_vi as group_title_vi,
        sum(cast(points as decimal(9, 2))) as points,
        coalesce(sum(case when points is not null then cast(max_points as decimal(9, 2)) end), 0) as applicable_points,
        sum(cast(max_points as decimal(9, 2))) as max_points,
        count(points) as applicable_items,
        count(*) as items,
        min(weights_version) as weights_version
    from counted
    group by
        unit_kind,
        unit_code,
        unit_name,
        period_type,
        period_start,
        period_end,
        counted_until,
        card,
        card_title_vi
),

service_quality_scores as (
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
        case when applicable_points > 0 then cast(points as double) end as points,
        cast(applicable_points as double) as applicable_points,
        cast(max_points as double) as max_points,
        {{ percent('cast(points * 100 as bigint)', 'cast(applicable_points * 100 as bigint)') }} as share,
        cast(applicable_items as bigint) as applicable_items,
        cast(items as bigint) as items,
        weights_version
    from summed
)

select * from service_quality_scores
