with

targets as (
    select * from {{ ref('int_targets_read') }}
),

indicators as (
    select * from {{ ref('indicators') }}
),

lights as (
    {{ target_lights() }}
),

-- the last month that is over
last_months as (
    select * from indicators
    where
        period_type = 'month'
        and period_end = {{ day_before("date_trunc('month', " ~ day_after(as_of()) ~ ")") }}
        and denominator >= {{ var('province')['thresholds']['minimum_denominator'] }}
),

valued as (
    select
        targets.*,
        told.counted_until,
        told.numerator,
        told.denominator,
        told.value,
        case
            when targets.problem is not null then targets.problem
            when targets.period_start > {{ as_of() }} then 'not_begun'
            when told.indicator is null then 'no_data'
            else told.reason
        end as reason,
        cast(round(told.value * 100) as bigint) as value_hundredths,
        cast(round(last_months.value * 100) as bigint) as last_month_hundredths,
        {{ days_between('targets.period_start', 'told.counted_until') }} + 1 as days_passed,
        {{ days_between('told.counted_until', 'targets.period_end') }} as days_left
    from targets
    left join indicators as told
        on targets.problem is null
            and targets.indicator = told.indicator
            and targets.unit_kind = told.unit_kind
            and targets.unit_code = told.unit_code
            and targets.period_type = told.period_type
            and targets.period_start = told.period_start
    left join last_months
        on targets.indicator = last_months.indicator
            and targets.unit_kind = last_months.unit_kind
            and targets.unit_code = last_months.unit_code
),

-- the days that are left go on as the last month did
forecast as (
    select
        *,
        case
            when reason is not null then null
            when days_left = 0 then value
            else {{ half_up(
                '(value_hundredths * days_passed + last_month_hundredths * days_left)', '(days_passed + days_left)'
            ) }}
        end as forecast_value
    from valued
),

lit as (
    select
        forecast.*,
        {{ target_gap('value', 'target_value', 'better') }} as gap,
        {{ target_gap('coalesce(forecast_value, value)', 'target_value', 'better') }} as expected_gap
    from forecast
),

targets_followed as (
    select
        lit.target_key,
        lit.indicator,
        lit.unit_kind,
        lit.unit_code,
        lit.unit_name,
        lit.period,
        lit.period_type,
        lit.period_start,
        lit.period_end,
        lit.target_value,
        lit.better,
        lit.document,
        lit.counted_until,
        lit.numerator,
        lit.denominator,
        lit.value,
        lit.gap,
        lit.forecast_value,
        {{ target_light('lit.expected_gap', 'lights') }} as light,
        lit.reason,
        case lit.reason
            when 'unknown_indicator' then 'Mã chỉ số không có trong danh mục chỉ số.'
            when 'unknown_unit' then 'Không tìm thấy đơn vị được giao.'
            when 'not_of_this_unit' then 'Chỉ số không tính cho loại đơn vị này.'
            when 'unreadable_period' then 'Không đọc được kỳ.'
            when 'no_target_value' then 'Chưa ghi giá trị chỉ tiêu.'
            when 'said_twice' then 'Chỉ tiêu đã có ở dòng khác cho cùng chỉ số, đơn vị và kỳ.'
            when 'not_begun' then 'Kỳ chưa bắt đầu.'
            when 'no_data' then 'Chưa có số liệu của kỳ.'
            when 'denominator_zero' then 'Không có đối tượng phải tính trong kỳ.'
            when 'no_source' then 'Nguồn dữ liệu không cung cấp thông tin cần tính.'
        end as reason_vi,
        lit.source_system,
        lit.batch_id,
        lit.row_number
    from lit
    cross join lights
)

select * from targets_followed
