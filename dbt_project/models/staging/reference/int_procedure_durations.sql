{%- set pattern = '^([0-9]+([.,][0-9]+)?) *(ngày làm việc|ngày|giờ làm việc|giờ|tháng)$' -%}
with

procedures as (
    select * from {{ ref('int_procedures') }}
    where row_verdict = 'kept'
),

texts as (
    select duration_text from procedures
    union
    select online_duration_text as duration_text from procedures
),

parts as (
    select
        duration_text,
        {{ split_rows('duration_text', '|') }} as part
    from texts
    where duration_text is not null
),

read_parts as (
    select
        duration_text,
        cast(replace({{ extract_group('lower(trim(part))', pattern, 1) }}, ',', '.') as double) as duration_value,
        case {{ extract_group('lower(trim(part))', pattern, 3) }}
            when 'ngày làm việc' then 'working_day'
            when 'ngày' then 'calendar_day'
            when 'giờ làm việc' then 'hour'
            when 'giờ' then 'hour'
            when 'tháng' then 'month'
        end as duration_unit
    from parts
    where trim(part) <> ''
),

judged as (
    select
        duration_text,
        count(*) as part_count,
        count(duration_unit) as read_count,
        count(distinct concat(cast(duration_value as varchar), ' ', duration_unit)) as duration_count,
        min(duration_value) as first_value_read,
        min(duration_unit) as first_unit_read
    from read_parts
    group by duration_text
),

-- a text is a duration when every part says the same one; several are cases that need reading
durations as (
    select
        duration_text,
        case
            when read_count < part_count then 'unreadable'
            when duration_count > 1 then 'several'
            else 'one'
        end as duration_status,
        case when read_count = part_count and duration_count = 1 then first_value_read end as duration_value,
        case when read_count = part_count and duration_count = 1 then first_unit_read end as duration_unit
    from judged
),

-- working time only: what calendar days and months are in hours depends on the day
timed as (
    select
        *,
        cast(
            case duration_unit
                when 'working_day' then round(8 * duration_value)
                when 'hour' then round(duration_value)
            end as bigint
        ) as duration_hours
    from durations
)

select * from timed
