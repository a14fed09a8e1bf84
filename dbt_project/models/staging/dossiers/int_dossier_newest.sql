with

dossier_rows as (
    select * from {{ ref('int_dossier_rows') }}
),

batches as (
    select * from {{ ref('batches') }}
),

judged as (
    select
        {{ dossier_key('dossier_code') }} as dossier_key,
        dataset,
        batch_id,
        row_verdict
    from {{ ref('int_dossiers') }}
    where row_verdict in ('kept', 'missing')
),

presence as (
    select
        judged.dossier_key,
        judged.dataset,
        max(case when judged.row_verdict = 'kept' then 1 else 0 end) = 1 as is_in_force,
        max(case when judged.row_verdict = 'missing' then batches.landed_at end) as missed_at
    from judged
    inner join batches on judged.batch_id = batches.batch_id
    group by judged.dossier_key, judged.dataset
),

ranked as (
    select
        *,
        row_number() over newest_first as newest_rank,
        max(replaced_at) over code as last_replaced_at,
        count(*) over code as row_count
    from dossier_rows
    window
        code as (partition by dossier_key, dataset),
        newest_first as (
            partition by dossier_key, dataset order by said_at desc, batch_sequence desc, row_number desc
        )
),

-- out of force is what its source looked for and missed, or what the exports that took its place no longer have
newest as (
    select
        ranked.dossier_key,
        ranked.dataset,
        ranked.alias_key,
        ranked.source_system,
        ranked.source_priority,
        ranked.said_at,
        ranked.batch_sequence,
        ranked.batch_id,
        ranked.source_file,
        ranked.sheet,
        ranked.row_number,
        ranked.row_count,
        coalesce(presence.is_in_force, false) as is_in_force,
        case
            when not coalesce(presence.is_in_force, false)
                then coalesce(greatest(presence.missed_at, ranked.last_replaced_at), ranked.landed_at)
        end as vanished_at
    from ranked
    left join presence on ranked.dossier_key = presence.dossier_key and ranked.dataset = presence.dataset
    where ranked.newest_rank = 1
)

select * from newest
