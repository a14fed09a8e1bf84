{% set thresholds = var('province')['thresholds'] %}
{% set least = thresholds['minimum_denominator'] %}
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
        outcome,
        weight,
        kind in {{ row_rules }} as is_row_rule,
        case when outcome in ('pass', 'fail') then denominator - failing end as passing,
        case when outcome in ('pass', 'fail') then denominator end as judged
    from results
),

-- a dataset without a judged row has no score, even if its coverage can be judged
datasets_with_rows as (
    select
        dataset,
        max(case when is_row_rule then coalesce(judged, 0) else 0 end) > 0
        or max(case when is_row_rule then 1 else 0 end) = 0 as has_rows
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
        counts.denominator as judged,
        counts.denominator - counts.failing as passing
    from counts
    inner join results
        on counts.dataset = results.dataset and counts.rule_id = results.rule_id
    inner join rules
        on counts.dataset = rules.dataset and counts.rule_id = rules.rule_id
    inner join states
        on counts.dataset = states.dataset and counts.commune_code = states.commune_code
    where results.kind <> 'coverage' and states.state = 'measured' and rules.outcome <> 'error'
),

levels as (
    select listed.level from (values ('rule'), ('field'), ('criterion'), ('dataset'), ('owner')) as listed (level)
),

-- every rule counts once at each level it belongs to
members as (
    select
        levels.level,
        rules.dataset,
        rules.owner_key,
        rules.criterion,
        rules.outcome,
        rules.weight,
        rules.passing,
        rules.judged,
        case levels.level
            when 'rule' then rules.dataset || '.' || rules.rule_id
            when 'field' then rules.dataset || '.' || rules.column_name
            when 'criterion' then rules.dataset || '.' || rules.criterion
            when 'dataset' then rules.dataset
            else rules.owner_key
        end as key,
        datasets_with_rows.has_rows or levels.level not in ('dataset', 'owner') as counts
    from rules
    inner join datasets_with_rows on rules.dataset = datasets_with_rows.dataset
    cross join levels
    where levels.level <> 'field' or rules.column_name is not null
),

whole as (
    select
        level,
        key,
        case when level <> 'owner' then min(dataset) end as dataset,
        min(owner_key) as owner_key,
        case when level in ('rule', 'criterion') then min(criterion) end as criterion,
        cast(null as varchar) as commune_code,
        sum(case when counts then passing end) as numerator,
        sum(case when counts then judged end) as denominator,
        sum(case when counts and judged > 0 then passing * 100.0 / judged * weight end)
        / nullif(sum(case when counts and judged > 0 then weight end), 0) as score,
        case
            when sum(case when counts then judged end) > 0 then cast(null as varchar)
            when min(case when outcome = 'error' then 1 else 0 end) = 1 then 'error'
            when max(case when counts then 0 else 1 end) = 1 then 'no_data'
            else 'not_applicable'
        end as reason
    from members
    group by level, key
),

-- rows judged in a commune: what the least number of rows for a score is compared with
dataset_communes as (
    select
        dataset,
        commune_code,
        min(owner_key) as owner_key,
        sum(passing) as numerator,
        sum(judged) as denominator,
        max(case when is_row_rule then judged end) as rows_judged,
        sum(passing * 100.0 / judged * weight) as weighted,
        sum(weight) as weights
    from rules_by_commune
    group by dataset, commune_code
),

commune_levels as (
    select listed.level from (values ('dataset_commune'), ('commune')) as listed (level)
),

commune_members as (
    select
        commune_levels.level,
        states.dataset,
        states.commune_code,
        states.state,
        dataset_communes.owner_key,
        dataset_communes.numerator,
        dataset_communes.denominator,
        dataset_communes.rows_judged,
        dataset_communes.weighted,
        dataset_communes.weights,
        case commune_levels.level
            when 'commune' then states.commune_code
            else states.dataset || '.' || states.commune_code
        end as key
    from states
    cross join commune_levels
    left join dataset_communes
        on states.dataset = dataset_communes.dataset and states.commune_code = dataset_communes.commune_code
),

communes as (
    select
        level,
        key,
        case when level = 'dataset_commune' then min(dataset) end as dataset,
        case when level = 'dataset_commune' then min(owner_key) end as owner_key,
        cast(null as varchar) as criterion,
        min(commune_code) as commune_code,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        case
            when coalesce(sum(rows_judged), {{ least }}) >= {{ least }} then sum(weighted) / nullif(sum(weights), 0)
        end as score,
        case
            when max(case when state = 'measured' then 1 else 0 end) = 1
                then
                    case
                        when sum(rows_judged) < {{ least }} then 'too_few'
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

-- so that nine tenths are 90 and not a hair less
rounded as (
    select
        level,
        key,
        dataset,
        owner_key,
        criterion,
        commune_code,
        numerator,
        denominator,
        reason,
        round(score, 6) as score
    from all_levels
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
    from rounded
)

select * from scores
