{% set commune_rules = "('missing', 'invalid', 'duplicate', 'predicate')" %}
with

counts as (
    select * from {{ source('results', 'commune_counts') }}
),

results as (
    select * from {{ ref('rule_results') }}
),

units as (
    select * from {{ ref('administrative_units') }}
),

zero_declarations as (
    select * from {{ ref('int_zero_declarations') }}
),

expected_communes as (
    select
        code as commune_code,
        name as commune_name
    from units
    where
        level = 'commune'
        and province_code = '{{ var("province")["province_code"] }}'
        and (valid_from is null or valid_from <= {{ as_of() }})
        and (valid_to is null or valid_to >= {{ as_of() }})
),

-- a rule that could not run says nothing about anybody's data
judged_rules as (
    select * from results
    where outcome <> 'error'
),

criteria as (
    select distinct
        dataset,
        criterion
    from judged_rules
),

counted as (
    select
        counts.dataset,
        counts.commune_code,
        judged_rules.criterion,
        judged_rules.kind,
        counts.denominator,
        counts.failing
    from counts
    inner join judged_rules
        on counts.dataset = judged_rules.dataset and counts.rule_id = judged_rules.rule_id
),

-- whether a dataset tells communes apart, and whether it holds anything at all
datasets as (
    select
        dataset,
        max(case when commune_code is not null then 1 else 0 end) = 1 as has_communes,
        max(case when kind in {{ commune_rules }} then 1 else 0 end) = 1 as has_rows
    from counted
    group by dataset
),

declared as (
    select distinct
        dataset,
        commune_code
    from zero_declarations
    where row_verdict = 'kept' and (declared_on is null or declared_on <= {{ as_of() }})
),

-- a commune has data when a row of it was judged, or its coverage is met without a declaration
present as (
    select distinct
        counted.dataset,
        counted.commune_code
    from counted
    left join declared
        on counted.dataset = declared.dataset and counted.commune_code = declared.commune_code
    where
        counted.kind in {{ commune_rules }}
        or (counted.kind = 'coverage' and counted.failing = 0 and declared.commune_code is null)
),

-- coverage is told by the state: a commune without data is not a commune with nothing right
measured as (
    select
        dataset,
        commune_code,
        criterion,
        sum(denominator - failing) as numerator,
        sum(denominator) as denominator
    from counted
    where kind <> 'coverage' and commune_code is not null
    group by dataset, commune_code, criterion
),

matrix as (
    select
        criteria.dataset,
        criteria.criterion,
        expected_communes.commune_code,
        expected_communes.commune_name,
        measured.numerator,
        measured.denominator,
        case
            when present.commune_code is null and declared.commune_code is not null then 'declared_zero'
            when datasets.has_rows and not datasets.has_communes then 'not_applicable'
            when present.commune_code is null then 'no_data'
            when coalesce(measured.denominator, 0) = 0 then 'not_applicable'
            else 'measured'
        end as state
    from criteria
    cross join expected_communes
    left join datasets on criteria.dataset = datasets.dataset
    left join declared
        on criteria.dataset = declared.dataset and expected_communes.commune_code = declared.commune_code
    left join present
        on criteria.dataset = present.dataset and expected_communes.commune_code = present.commune_code
    left join measured
        on
            criteria.dataset = measured.dataset
            and criteria.criterion = measured.criterion
            and expected_communes.commune_code = measured.commune_code
),

completeness as (
    select
        {{ as_of() }} as as_of,
        dataset,
        commune_code,
        commune_name,
        criterion,
        case when state = 'measured' then cast(numerator as bigint) end as numerator,
        case when state = 'measured' then cast(denominator as bigint) end as denominator,
        case when state = 'measured' then cast(numerator as double) / denominator end as ratio,
        state
    from matrix
)

select * from completeness
