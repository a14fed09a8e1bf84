{{ config(materialized='view') }}
with

spells as (
    select * from {{ ref('int_settlement_spells') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

-- where a dossier was when the counting ended
last_in_period as (
    select
        spells.*,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.counted_until,
        coalesce(spells.ended_on <= periods.counted_until, false) as is_settled
    from spells
    inner join periods
        on spells.opened_on <= periods.counted_until
            and (spells.ended_on is null or spells.ended_on >= periods.period_start)
            and (spells.next_opened_on is null or spells.next_opened_on > periods.counted_until)
),

-- one that was settled and taken up again may have been open when the period began
taken_up_again as (
    select * from spells
    where next_opened_on is not null
),

placed as (
    select
        last_in_period.dossier_code,
        last_in_period.batch_id,
        last_in_period.row_number,
        last_in_period.agency_code,
        last_in_period.field_code,
        last_in_period.period_type,
        last_in_period.period_start,
        last_in_period.period_end,
        last_in_period.counted_until,
        'strict' as variant,
        case
            when last_in_period.opened_on < last_in_period.period_start then 6
            when earlier.dossier_code is not null then 6
            when last_in_period.channel = 2 then 4
            else 5
        end as column_in,
        case
            when last_in_period.is_settled then last_in_period.settled_column
            when last_in_period.late_on <= last_in_period.counted_until then 13
            else 12
        end as column_out
    from last_in_period
    left join taken_up_again as earlier
        on last_in_period.dossier_code = earlier.dossier_code
            and last_in_period.spell_number > earlier.spell_number
            and last_in_period.period_start > earlier.opened_on
            and last_in_period.period_start <= earlier.ended_on
)

select * from placed
