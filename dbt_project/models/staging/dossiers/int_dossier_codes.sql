with recursive

links as (
    select
        dossier_key,
        other_key
    from {{ ref('int_dossier_links') }}
    where conflict is null
    union
    select
        other_key as dossier_key,
        dossier_key as other_key
    from {{ ref('int_dossier_links') }}
    where conflict is null
),

newest as (
    select * from {{ ref('int_dossier_newest') }}
),

-- whatever a code leads to over any number of links; `union` forgets what was reached before, so a cycle ends
reached as (
    select
        dossier_key,
        dossier_key as reached_key
    from links
    union
    select
        reached.dossier_key,
        links.other_key as reached_key
    from reached
    inner join links on reached.reached_key = links.dossier_key
),

joined as (
    select
        dossier_key,
        min(reached_key) as group_key
    from reached
    group by dossier_key
),

named as (
    select distinct alias_key from newest
    where alias_key is not null
),

-- a dossier goes by the code that the most trusted source has in force; there, by one that no other code replaces
ranked as (
    select
        joined.dossier_key,
        first_value(joined.dossier_key) over (
            partition by joined.group_key
            order by
                newest.is_in_force desc,
                newest.source_priority asc,
                newest.dataset asc,
                case when named.alias_key is null then 0 else 1 end asc,
                joined.dossier_key asc
        ) as main_key
    from joined
    inner join newest on joined.dossier_key = newest.dossier_key
    left join named on joined.dossier_key = named.alias_key
),

codes as (
    select distinct
        dossier_key,
        main_key
    from ranked
)

select * from codes
