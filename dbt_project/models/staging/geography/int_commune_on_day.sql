with

units as (
    select * from {{ ref('administrative_units') }}
),

restatements as (
    select * from {{ ref('administrative_unit_restatements') }}
    where to_map_start <= {{ as_of() }} and (to_map_end is null or to_map_end >= {{ as_of() }})
),

communes_now as (
    select * from units
    where level = 'commune' and valid_from <= {{ as_of() }} and (valid_to is null or valid_to >= {{ as_of() }})
),

-- on a day on which it names nothing, a code is read as what it last named, or else as what it first will
readings as (
    select
        code,
        level,
        valid_from,
        valid_to,
        case
            when lag(code) over (partition by code order by valid_from) is null then date '0001-01-01' else valid_from
        end as read_from,
        coalesce(
            {{ day_before('lead(valid_from) over (partition by code order by valid_from)') }}, date '9999-12-31'
        ) as read_to
    from units
),

placed as (
    select
        readings.code,
        readings.valid_from,
        count(*) as parts,
        min(restatements.to_code) as to_code,
        min(restatements.reason) as reason
    from readings
    inner join restatements
        on readings.code = restatements.from_code
            and coalesce(readings.valid_to, date '9999-12-31') >= restatements.from_map_start
            and coalesce(readings.valid_to, date '9999-12-31') <= coalesce(restatements.from_map_end, date '9999-12-31')
    group by readings.code, readings.valid_from
),

communes as (
    select
        readings.code,
        readings.valid_from,
        readings.valid_to,
        readings.read_from,
        readings.read_to,
        communes_now.code as current_code,
        case when communes_now.code is null then coalesce(placed.reason, 'split') end as reason
    from readings
    inner join placed on readings.code = placed.code and readings.valid_from = placed.valid_from
    left join communes_now on placed.to_code = communes_now.code and placed.parts = 1
    where readings.level = 'commune' or communes_now.code is not null
)

select * from communes
