with

newest as (
    select * from {{ ref('int_dossier_newest') }}
),

landed as (
    select * from {{ ref('int_dossiers_landed') }}
    where not is_missing
),

stated as (
    select
        dossier_key,
        alias_key,
        dataset,
        source_system,
        batch_id,
        row_number,
        count(*) over (partition by alias_key) as named_by
    from newest
    where alias_key is not null
),

codes as (
    select distinct dossier_key from newest
),

-- one code names the other, or both name the same third
pairs as (
    select
        stated.dossier_key,
        stated.alias_key as other_key
    from stated
    inner join codes on stated.alias_key = codes.dossier_key
    union
    select
        stated.dossier_key,
        others.dossier_key as other_key
    from stated
    inner join stated as others
        on stated.alias_key = others.alias_key and stated.dossier_key < others.dossier_key
    where stated.named_by <= {{ var('alias_codes') }}
),

paired as (
    select dossier_key from pairs
    union
    select other_key as dossier_key from pairs
),

-- what the most trusted source says of each code
facts as (
    select
        newest.dossier_key,
        landed.applicant_number,
        {{ national_procedure_code('landed.procedure_code_raw') }} as procedure_code,
        cast(landed.received_at as date) as received_on,
        row_number() over (
            partition by newest.dossier_key order by newest.source_priority, newest.dataset
        ) as source_rank
    from newest
    inner join paired on newest.dossier_key = paired.dossier_key
    inner join landed
        on newest.batch_id = landed.batch_id
            and newest.row_number = landed.row_number
            and newest.source_file = landed.source_file
            and coalesce(newest.sheet, '') = coalesce(landed.sheet, '')
),

crowded as (
    select distinct dossier_key from stated
    where named_by > {{ var('alias_codes') }}
),

-- an alias is a claim: two codes whose rows contradict each other stay two dossiers
compared as (
    select
        pairs.dossier_key,
        pairs.other_key,
        nullif(
            concat_ws(
                ', ',
                case when crowded.dossier_key is not null then 'named by many' end,
                case when one.applicant_number <> other.applicant_number then 'applicant' end,
                case when one.procedure_code <> other.procedure_code then 'procedure' end,
                case when one.received_on <> other.received_on then 'day of reception' end
            ),
            ''
        ) as conflict
    from pairs
    inner join facts as one on pairs.dossier_key = one.dossier_key and one.source_rank = 1
    inner join facts as other on pairs.other_key = other.dossier_key and other.source_rank = 1
    left join crowded on pairs.dossier_key = crowded.dossier_key
)

select * from compared
