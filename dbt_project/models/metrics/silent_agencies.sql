with

agencies as (
    select * from {{ ref('agencies') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

dossiers as (
    select * from {{ ref('dossiers') }}
    where deleted_at is null and vanished_at is null
),

declarations as (
    select * from {{ ref('int_zero_declarations') }}
    where row_verdict = 'kept'
),

datasets as (
    select * from {{ ref('int_datasets') }}
    where entity = 'dossiers'
),

-- months that are over, numbered without a gap
months as (
    select
        period_start as month_start,
        period_end as month_end,
        row_number() over (order by period_start) as month_number
    from periods
    where period_type = 'month' and period_end <= {{ as_of() }}
),

receptions as (
    select
        receiving_agency_code as agency_code,
        cast(date_trunc('month', received_at) as date) as month_start,
        min(cast(received_at as date)) as first_received_on,
        max(cast(received_at as date)) as last_received_on
    from dossiers
    where receiving_agency_code is not null and received_at is not null
    group by receiving_agency_code, cast(date_trunc('month', received_at) as date)
),

first_receptions as (
    select
        agency_code,
        min(first_received_on) as first_received_on
    from receptions
    group by agency_code
),

-- what is declared is declared for all time up to its day, by the commune for its agency
declared as (
    select
        declarations.commune_code,
        max(declarations.declared_on) as declared_on
    from declarations
    inner join datasets on declarations.dataset = datasets.dataset
    group by declarations.commune_code
),

-- communes serve; another agency serves from its first reception on
served as (
    select
        agencies.agency_code,
        agencies.agency_name,
        agencies.parent_code,
        agencies.level,
        agencies.commune_code,
        months.month_start,
        months.month_end,
        months.month_number
    from agencies
    inner join months
        on agencies.valid_from <= months.month_start
            and (agencies.valid_to is null or agencies.valid_to >= months.month_end)
    left join first_receptions on agencies.agency_code = first_receptions.agency_code
    where agencies.level = 'commune' or first_receptions.first_received_on < months.month_start
),

silent as (
    select
        served.*,
        row_number() over (partition by served.agency_code order by served.month_start) as silent_number
    from served
    left join receptions
        on served.agency_code = receptions.agency_code and served.month_start = receptions.month_start
    left join declared on served.commune_code = declared.commune_code
    where
        receptions.agency_code is null
        and (declared.declared_on is null or declared.declared_on < served.month_start)
),

-- months in a row keep the distance between their two numbers
in_a_row as (
    select
        *,
        row_number() over (
            partition by agency_code, month_number - silent_number order by month_start
        ) as months_silent
    from silent
),

last_receptions as (
    select
        in_a_row.agency_code,
        in_a_row.month_start,
        max(receptions.last_received_on) as last_received_on
    from in_a_row
    inner join receptions
        on in_a_row.agency_code = receptions.agency_code and in_a_row.month_start > receptions.month_start
    group by in_a_row.agency_code, in_a_row.month_start
),

silent_agencies as (
    select
        in_a_row.agency_code,
        in_a_row.agency_name,
        in_a_row.parent_code,
        in_a_row.level,
        in_a_row.commune_code,
        in_a_row.month_start,
        cast(in_a_row.months_silent as bigint) as months_silent,
        last_receptions.last_received_on,
        concat(
            in_a_row.agency_name, ' không tiếp nhận hồ sơ nào trong tháng ',
            substr({{ day_text('in_a_row.month_start') }}, 4),
            case
                when in_a_row.months_silent > 1
                    then concat(', ', cast(in_a_row.months_silent as varchar), ' tháng liên tiếp')
                else ''
            end,
            coalesce(
                '; lần tiếp nhận gần nhất là ngày ' || {{ day_text('last_receptions.last_received_on') }},
                '; trước đó cũng chưa có hồ sơ nào'
            ),
            '.'
        ) as sentence,
        {{ text_literal(var('province')['legal_basis'] ~ ': không nhập dữ liệu trên phần mềm một cửa') }} as basis
    from in_a_row
    left join last_receptions
        on in_a_row.agency_code = last_receptions.agency_code and in_a_row.month_start = last_receptions.month_start
    where in_a_row.months_silent >= {{ var('province')['thresholds']['silent_months'] }}
)

select * from silent_agencies
