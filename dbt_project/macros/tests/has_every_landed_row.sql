{# Every committed batch of a dataset has as many typed rows as it landed; marks of rows that are gone are not counted. #}
{% test has_every_landed_row(model, dataset) %}
with

typed_rows as (
    select
        batch_id,
        count(*) as row_count
    from {{ model }}
    where not is_missing
    group by batch_id
),

batches as (
    select
        batch_id,
        rows_landed
    from {{ ref('batches') }}
    where dataset = '{{ dataset }}' and state = 'committed'
)

select
    coalesce(batches.batch_id, typed_rows.batch_id) as batch_id,
    batches.rows_landed,
    typed_rows.row_count
from batches
full outer join typed_rows on batches.batch_id = typed_rows.batch_id
where coalesce(batches.rows_landed, -1) <> coalesce(typed_rows.row_count, 0)
{% endtest %}
