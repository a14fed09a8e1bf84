with

newest as (
    select * from {{ ref('int_dossier_newest') }}
    where alias_key is not null
),

known_codes as (
    select distinct dossier_key from {{ ref('int_dossier_newest') }}
),

codes as (
    select * from {{ ref('int_dossier_codes') }}
),

links as (
    select * from {{ ref('int_dossier_links') }}
),

conflicts as (
    select
        dossier_key,
        other_key,
        conflict
    from links
    union
    select
        other_key as dossier_key,
        dossier_key as other_key,
        conflict
    from links
),

aliases as (
    select
        coalesce(codes.main_key, newest.dossier_key) as dossier_code,
        newest.dossier_key as named_by_code,
        newest.alias_key as alias,
        newest.dataset as source,
        known_codes.dossier_key is not null as is_known_code,
        coalesce(others.main_key, newest.alias_key) = coalesce(codes.main_key, newest.dossier_key) as is_same_dossier,
        conflicts.conflict,
        newest.source_system,
        newest.batch_id,
        newest.row_number
    from newest
    left join codes on newest.dossier_key = codes.dossier_key
    left join codes as others on newest.alias_key = others.dossier_key
    left join conflicts on newest.dossier_key = conflicts.dossier_key and newest.alias_key = conflicts.other_key
    left join known_codes on newest.alias_key = known_codes.dossier_key
)

select * from aliases
