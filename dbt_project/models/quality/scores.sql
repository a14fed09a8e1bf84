{% set thresholds = var('province')['thresholds'] %}
{% set row_rules = "('missing', 'invalid', 'duplicate', 'predicate')" %}
with

results as (
    select * from {{ ref('rule_results') }}
),

counts as (
    select * from {{ source('results', 'commune_counts') }}
),

matrix as (
    select * from {{ ref('completeness') }}
),

-- one rule over its whole dataset; a rule that was not judged has no pass rate
rules as (
    select
        dataset,
        owner_key,
        rule_id,
        column_name,
        criterion,
        kind in {{ row_rules }} as is_row_rule,
        outcome,
        weight,
        case when outcome in ('pass', 'fail') then denominator - failing end as passing,
        case when outcome in ('pass', 'fail') then denominator end as judged
    from results
),

-- a dataset without a judged row has no score, even if its coverage can be judged
datasets_with_rows as (
    select
        dataset,
        max(case when is_row_rule then coalesce(judged, 0) else 0 end) > 0 or max(case when is_row_rule then 1 else 0 end) = 0
            as has_rows
    from rules
    group by dataset
),

states as (
    select
        dataset,
        commune_code,
        case
            when max(case when state = 'measured' then 1 else 0 end) = 1 then 'measured'
            when max(case when state = 'declared_zero' then 1 else 0 end) = 1 then 'declared_zero'
            when max(case when state = 'no_data' then 1 else 0 end) = 1 then 'no_data'
            else 'not_applicable'
        end as state
    from matrix
    group by dataset, commune_code
),

-- one rule in one commune; coverage is told by the state of the commune
rules_by_commune as (
    select
        rules.dataset,
        rules.owner_key,
        rules.is_row_rule,
        rules.weight,
        counts.commune_code,
        counts.denominator - counts.failing as passing,
        counts.denominator as judged
    from counts
    inner join results
        on counts.dataset = results.dataset and counts.rule_id = results.rule_id
    inner join rules
        on counts.dataset = rules.dataset and counts.rule_id = rules.rule_id
    inner join states
        on counts.dataset = states.dataset and counts.commune_code = states.commune_code
    where results.kind <> 'coverage' and states.state = 'measured' and rules.outcome <> 'error'
),

members as (
    select
        'rule' as level,
        dataset || '.' || rule_id as key,
        dataset,
        owner_key,
        criterion,
        cast(null as varchar) as commune_code,
        outcome,
        weight,
        passing,
        judged
    from rules
    union all
    select
        'field' as level,
        dataset || '.' || column_name as key,
        dataset,
        owner_key,
        cast(null as varchar) as criterion,
        cast(null as varchar) as commune_code,
        outcome,
        weight,
        passing,
        judged
    from rules
    where column_name is not null
    union all
    select
        'criterion' as level,
        dataset || '.' || criterion as key,
        dataset,
        owner_key,
        criterion,
        cast(null as varchar) as commune_code,
        outcome,
        weight,
        passing,
        judged
    from rules
    union all
    select
        'dataset' as level,
        rules.dataset as key,
        rules.dataset,
        rules.owner_key,
        cast(null as varchar) as criterion,
        cast(null as varchar) as commune_code,
        case when datasets_with_rows.has_rows or rules.outcome = 'error' then rules.outcome else 'no_data' end as outcome,
        rules.weight,
        case when datasets_with_rows.has_rows then rules.passing end as passing,
        case when datasets_with_rows.has_rows then rules.judged end as judged
    from rules
    inner join datasets_with_rows on rules.dataset = datasets_with_rows.dataset
    union all
    select
        'owner' as level,
        rules.owner_key as key,
        cast(null as varchar) as dataset,
        rules.owner_key,
        cast(null as varchar) as criterion,
        cast(null as varchar) as commune_code,
        case when datasets_with_rows.has_rows or rules.outcome = 'error' then rules.outcome else 'no_data' end as outcome,
        rules.weight,
        case when datasets_with_rows.has_rows then rules.passing end as passing,
        case when datasets_with_rows.has_rows then rules.judged end as judged
    from rules
    inner join datasets_with_rows on rules.dataset = datasets_with_rows.dataset
),

whole as (
    select
        level,
        key,
        min(dataset) as dataset,
        min(owner_key) as owner_key,
        min(criterion) as criterion,
        cast(null as varchar) as commune_code,
        sum(passing) as numerator,
        sum(judged) as denominator,
        sum(case when judged > 0 then passing * 100.0 / judged * weight end)
        / nullif(sum(case when judged > 0 then weight end), 0) as score,
        case
            when sum(judged) > 0 then cast(null as varchar)
            when max(case when outcome = 'no_data' then 1 else 0 end) = 1 then 'no_data'
            when min(case when outcome = 'error' then 1 else 0 end) = 1 then 'error'
            else 'not_applicable'
        end as reason
    from members
    group by level, key
),

-- rows judged in a commune: what the least number of rows for a score is compared with
dataset_communes as (
    select
        dataset,
        min(owner_key) as owner_key,
        commune_code,
        sum(passing) as numerator,
        sum(judged) as denominator,
        max(case when is_row_rule then judged end) as rows_judged,
        sum(passing * 100.0 / judged * weight) as weighted,
        sum(weight) as weights
    from rules_by_commune
    group by dataset, commune_code
),

commune_members as (
    select
        'dataset_commune' as level,
        states.dataset || '.' || states.commune_code as key,
        states.dataset,
        dataset_communes.owner_key,
        states.commune_code,
        states.state,
        dataset_communes.numerator,
        dataset_communes.denominator,
        dataset_communes.rows_judged,
        dataset_communes.weighted,
        dataset_communes.weights
    from states
    left join dataset_communes
        on states.dataset = dataset_communes.dataset and states.commune_code = dataset_communes.commune_code
    union all
    select
        'commune' as level,
        states.commune_code as key,
        cast(null as varchar) as dataset,
        cast(null as varchar) as owner_key,
        states.commune_code,
        states.state,
        dataset_communes.numerator,
        dataset_communes.denominator,
        dataset_communes.rows_judged,
        dataset_communes.weighted,
        dataset_communes.weights
    from states
    left join dataset_communes
        on states.dataset = dataset_communes.dataset and states.commune_code = dataset_communes.commune_code
),

communes as (
    select
        level,
        key,
        min(dataset) as dataset,
        min(owner_key) as owner_key,
        cast(null as varchar) as criterion,
        min(commune_code) as commune_code,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        case
            when coalesce(sum(rows_judged), {{ thresholds['minimum_denominator'] }}) >= {{ thresholds['minimum_denominator'] }}
                then sum(weighted) / nullif(sum(weights), 0)
        end as score,
        case
            when max(case when state = 'measured' then 1 else 0 end) = 1
                then
                    case
                        when sum(rows_judged) < {{ thresholds['minimum_denominator'] }} then 'too_few'
                        when coalesce(sum(weights), 0) = 0 then 'not_applicable'
                    end
            when max(case when state = 'no_data' then 1 else 0 end) = 1 then 'no_data'
            when max(case when state = 'declared_zero' then 1 else 0 end) = 1 then 'declared_zero'
            else 'not_applicable'
        end as reason
    from commune_members
    group by level, key
),

all_levels as (
    select * from whole
    union all
    select * from communes
),

scores as (
    select
        {{ as_of() }} as as_of,
        level,
        key,
        dataset,
        owner_key,
        criterion,
        commune_code,
        cast(numerator as bigint) as numerator,
        cast(denominator as bigint) as denominator,
        score,
        case
            when score >= {{ thresholds['band_green'] }} then 'green'
            when score >= {{ thresholds['band_yellow'] }} then 'yellow'
            when score is not null then 'red'
        end as band,
        reason
    from all_levels
)

select * from scores
