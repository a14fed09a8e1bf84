with

told as (
    select * from {{ ref('indicators') }}
    where
        period_type = 'month'
        and unit_kind in ('agency', 'province')
        and indicator in (
            'procedure_published_on_time',
            'procedure_public_on_time',
            'procedure_parts_complete',
            'procedure_outside_catalogue'
        )
),

side_by_side as (
    select
        unit_kind,
        unit_code,
        unit_name,
        period_start as month_start,
        period_end as month_end,
        counted_until,
        {{ indicator_columns([
            'procedure_published_on_time',
            'procedure_public_on_time',
            'procedure_parts_complete',
            'procedure_outside_catalogue'
        ]) }},
        sum(case when indicator = 'procedure_published_on_time' then without_source end) as unknown_published,
        sum(case when indicator = 'procedure_public_on_time' then without_source end) as unknown_public,
        max(case when indicator = 'procedure_outside_catalogue' then reason end) as reason_outside
    from told
    group by
        unit_kind,
        unit_code,
        unit_name,
        period_start,
        period_end,
        counted_until
),

procedure_publication as (
    select
        unit_kind,
        unit_code,
        unit_name,
        month_start,
        month_end,
        counted_until,
        cast(coalesce(procedure_published_on_time_of, 0) + coalesce(unknown_published, 0) as bigint)
            as procedures_decided,
        cast(coalesce(procedure_published_on_time, 0) as bigint) as published_on_time,
        cast(coalesce(procedure_published_on_time_of - procedure_published_on_time, 0) as bigint) as published_late,
        cast(coalesce(unknown_published, 0) as bigint) as published_unknown,
        procedure_published_on_time_rate as published_on_time_rate,
        cast(coalesce(procedure_public_on_time, 0) as bigint) as public_on_time,
        cast(coalesce(procedure_public_on_time_of - procedure_public_on_time, 0) as bigint) as public_late,
        cast(coalesce(unknown_public, 0) as bigint) as public_not_due,
        procedure_public_on_time_rate as public_on_time_rate,
        cast(coalesce(procedure_parts_complete, 0) as bigint) as parts_complete,
        cast(coalesce(procedure_parts_complete_of, 0) as bigint) as parts_complete_of,
        procedure_parts_complete_rate as parts_complete_rate,
        cast(
            case when coalesce(reason_outside, '') <> 'no_source' then procedure_outside_catalogue end as bigint
        ) as outside_catalogue,
        cast(
            case when coalesce(reason_outside, '') <> 'no_source' then procedure_outside_catalogue_of end as bigint
        ) as outside_catalogue_of,
        procedure_outside_catalogue_rate as outside_catalogue_rate
    from side_by_side
)

select * from procedure_publication
