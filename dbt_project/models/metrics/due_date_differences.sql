with

dossiers as (
    select * from {{ ref('dossiers') }}
    where due_at_computed is not null and deleted_at is null and vanished_at is null
),

deadlines as (
    select * from {{ ref('int_dossier_deadlines') }}
),

states as (
    select * from {{ ref('dossier_history') }}
    where due_at is not null
),

extensions as (
    select * from {{ ref('int_dossier_extensions') }}
),

calendar_days as (
    select * from {{ ref('calendar_days') }}
),

promises as (
    select
        dossier_code,
        count(distinct cast(due_at as date)) as promise_count
    from states
    group by dossier_code
),

-- which extension of a dossier set a promise
extension_promises as (
    select
        dossier_key,
        due_set,
        min(extension_number) as extension_number
    from extensions
    group by dossier_key, due_set
),

-- a promise is often a day without a time, so days are compared
compared as (
    select
        dossiers.dossier_code,
        dossiers.due_at,
        dossiers.due_at_computed,
        deadlines.due_at_without_pauses,
        deadlines.paused_working_seconds,
        deadlines.refused_working_seconds,
        extension_promises.extension_number,
        coalesce(promises.promise_count, 0) as promise_count,
        promised_days.working_day_number - computed_days.working_day_number as working_days,
        dossiers.receiving_agency_code,
        dossiers.procedure_code,
        dossiers.field_code,
        dossiers.dataset,
        dossiers.batch_id,
        dossiers.row_number
    from dossiers
    inner join deadlines on dossiers.dossier_code = deadlines.dossier_key
    left join promises on dossiers.dossier_code = promises.dossier_code
    left join extension_promises
        on dossiers.dossier_code = extension_promises.dossier_key and dossiers.due_at = extension_promises.due_set
    left join calendar_days as promised_days on cast(dossiers.due_at as date) = promised_days.day
    inner join calendar_days as computed_days on cast(dossiers.due_at_computed as date) = computed_days.day
    where dossiers.due_at is null or cast(dossiers.due_at as date) <> cast(dossiers.due_at_computed as date)
),

differences as (
    select
        dossier_code,
        due_at,
        due_at_computed,
        cast(working_days as bigint) as working_days,
        case
            when due_at is null then 'no_promise'
            when extension_number = 1 and refused_working_seconds > 0 and due_at > due_at_computed
                then 'extended_more_than_allowed'
            when extension_number > 1 and due_at > due_at_computed then 'extended_again'
            when promise_count > 1 then 'moved'
            when paused_working_seconds > 0 and cast(due_at as date) = cast(due_at_without_pauses as date)
                then 'without_pauses'
            when due_at > due_at_computed then 'later'
            else 'earlier'
        end as reason,
        receiving_agency_code,
        procedure_code,
        field_code,
        dataset,
        batch_id,
        row_number
    from compared
)

select * from differences
