with

months as (
    select * from {{ ref('int_periods') }}
    where period_type = 'month'
),

spans as (
    select * from {{ ref('int_decentralised_spans') }}
),

agencies as (
    select * from {{ ref('agencies') }}
),

dossiers as (
    select * from {{ ref('int_indicator_dossiers') }}
    where period_type = 'month' and decentralised_to is not null
),

levels as (
    select distinct to_level from spans
),

procedures as (
    select
        spans.to_level,
        months.period_start,
        count(distinct spans.procedure_code) as procedures
    from spans
    inner join months
        on spans.handed_over_from <= months.counted_until
            and (spans.handed_over_to is null or spans.handed_over_to >= months.counted_until)
    group by
        spans.to_level,
        months.period_start
),

placed as (
    select
        dossiers.*,
        coalesce(agencies.level = dossiers.decentralised_to, false) as is_at_new_level
    from dossiers
    left join agencies on dossiers.agency_code = agencies.agency_code
),

counted as (
    select
        decentralised_to as to_level,
        period_start,
        sum(case when is_at_new_level and is_received then 1 else 0 end) as dossiers_received,
        sum(case when is_at_new_level and is_settled then 1 else 0 end) as dossiers_settled,
        sum(case when is_at_new_level and not is_on_time then 1 else 0 end) as dossiers_late,
        sum(case when not is_at_new_level and is_received then 1 else 0 end) as dossiers_elsewhere
    from placed
    group by
        decentralised_to,
        period_start
),

decentralisation as (
    select
        levels.to_level,
        months.period_start as month_start,
        months.period_end as month_end,
        months.counted_until,
        cast(coalesce(procedures.procedures, 0) as bigint) as procedures,
        cast(coalesce(counted.dossiers_received, 0) as bigint) as dossiers_received,
        cast(coalesce(counted.dossiers_settled, 0) as bigint) as dossiers_settled,
        cast(coalesce(counted.dossiers_late, 0) as bigint) as dossiers_late,
        cast(coalesce(counted.dossiers_elsewhere, 0) as bigint) as dossiers_elsewhere
    from levels
    cross join months
    left join procedures on levels.to_level = procedures.to_level and months.period_start = procedures.period_start
    left join counted on levels.to_level = counted.to_level and months.period_start = counted.period_start
)

select * from decentralisation
