with

newest as (
    select * from {{ ref('int_dossier_newest') }}
),

codes as (
    select * from {{ ref('int_dossier_codes') }}
),

resolved as (
    select
        coalesce(codes.main_key, newest.dossier_key) as main_key,
        newest.*
    from newest
    left join codes on newest.dossier_key = codes.dossier_key
),

in_force as (
    select
        *,
        max(case when is_in_force then 1 else 0 end) over (partition by main_key, dataset) as dataset_in_force,
        max(case when is_in_force then 1 else 0 end) over (partition by main_key) as dossier_in_force,
        max(vanished_at) over (partition by main_key, dataset) as last_vanished_at,
        sum(row_count) over (partition by main_key, dataset) as dataset_rows
    from resolved
),

ranked as (
    select
        *,
        row_number() over (
            partition by main_key
            order by
                dataset_in_force desc,
                source_priority asc,
                dataset asc,
                said_at desc,
                batch_sequence desc,
                row_number desc
        ) as standing_rank
    from in_force
),

standing as (
    select
        main_key as dossier_key,
        dataset,
        source_system,
        said_at,
        case when dossier_in_force = 0 then last_vanished_at end as vanished_at,
        dataset_rows,
        batch_id,
        source_file,
        sheet,
        row_number
    from ranked
    where standing_rank = 1
)

select * from standing
