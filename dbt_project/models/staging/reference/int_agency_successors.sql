with recursive

changes as (
    select * from {{ ref('agency_changes') }}
),

agency_versions as (
    select * from {{ ref('agency_versions') }}
),

-- an agency of these steps is a code where one is given, else a name
steps as (
    select
        'name:' || {{ name_key('old_name') }} as old_form,
        coalesce('code:' || {{ agency_key('new_code') }}, 'name:' || {{ name_key('new_name') }}) as new_form,
        change,
        effective_on
    from changes
    union all
    select
        'code:' || {{ agency_key('old_code') }} as old_form,
        coalesce('code:' || {{ agency_key('new_code') }}, 'name:' || {{ name_key('new_name') }}) as new_form,
        change,
        effective_on
    from changes
    where old_code is not null
),

-- a successor may have been succeeded itself, later
followed as (
    select
        old_form,
        new_form,
        change = 'split' as is_split,
        effective_on,
        1 as steps_taken
    from steps
    union all
    select
        followed.old_form,
        steps.new_form,
        followed.is_split or steps.change = 'split' as is_split,
        steps.effective_on,
        followed.steps_taken + 1 as steps_taken
    from followed
    inner join steps on followed.new_form = steps.old_form and followed.effective_on < steps.effective_on
),

listed as (
    select
        'code:' || agency_key as form,
        canonical_code,
        valid_from <= {{ as_of() }} and (valid_to is null or valid_to >= {{ as_of() }}) as is_in_force
    from agency_versions
    union all
    select
        'name:' || {{ name_key('agency_name') }} as form,
        canonical_code,
        valid_from <= {{ as_of() }} and (valid_to is null or valid_to >= {{ as_of() }}) as is_in_force
    from agency_versions
),

-- the nearest that is in force on the as-of day, else the nearest that is listed
ranked as (
    select
        followed.old_form,
        followed.new_form,
        followed.is_split,
        listed.canonical_code,
        rank() over (
            partition by followed.old_form
            order by
                case when listed.is_in_force then 0 when listed.canonical_code is not null then 1 else 2 end,
                followed.steps_taken
        ) as nearness
    from followed
    left join listed on followed.new_form = listed.form
),

judged as (
    select
        old_form,
        max(case when is_split then 1 else 0 end) = 1 as is_split,
        count(new_form) = 0 as is_abolished,
        count(distinct case when nearness = 1 then canonical_code end) as successor_count,
        min(case when nearness = 1 then canonical_code end) as first_successor,
        {{ joined_text('case when nearness = 1 then canonical_code end', ', ') }} as successors
    from ranked
    group by old_form
),

successors as (
    select
        old_form,
        case when not is_split and successor_count = 1 then first_successor end as agency_code,
        case
            when is_split then 'split'
            when is_abolished then 'abolished'
            when successor_count = 0 then 'successor_not_listed'
            when successor_count > 1 then 'ambiguous'
        end as problem,
        successors
    from judged
)

select * from successors
