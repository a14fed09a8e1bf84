{# Form 06: what is carried into a period is what was pending at the end of the one before. #}
{% test carried_over_is_what_was_pending(model) %}
with

followed as (
    select
        previous.period_type,
        previous.period_start,
        previous.agency_code,
        previous.field_code,
        previous.variant,
        previous.total_pending,
        coalesce(following.carried_over, 0) as carried_over
    from {{ model }} as previous
    left join {{ model }} as following
        on previous.period_type = following.period_type
        and cast(previous.period_end + interval 1 day as date) = following.period_start
        and previous.agency_code = following.agency_code
        and previous.field_code = following.field_code
        and previous.variant = following.variant
    where previous.counted_until = previous.period_end
        and previous.period_end < (select max(other.counted_until) from {{ model }} as other)
        -- periods of the calendar follow each other, ranges need not
        and (
            previous.period_type <> 'range'
            or cast(previous.period_end + interval 1 day as date) in (
                select other.period_start from {{ model }} as other
                where other.period_type = 'range'
            )
        )
)

select * from followed
where total_pending <> carried_over
{% endtest %}
