with

dossiers as (
    select * from {{ ref('dossiers') }}
),

states as (
    select * from {{ ref('int_settlement_states') }}
),

openings as (
    select * from states
    where is_opening
),

-- what ended the work; a later export may correct the end
ends as (
    select
        *,
        row_number() over (
            partition by dossier_code, spell_number
            order by
                case when kind in ('settled', 'withdrawn') then 0 else 1 end,
                case when finished_at is null then 1 else 0 end,
                case when finished_at is not null then valid_from end desc,
                state_number asc
        ) as end_rank
    from states
    where not is_in_work
),

opened as (
    select
        openings.dossier_code,
        openings.spell_number,
        openings.began_at as opened_at,
        lead(openings.began_at) over (
            partition by openings.dossier_code order by openings.spell_number
        ) as next_opened_at,
        ends.kind as end_kind,
        ends.due_at as end_due_at,
        -- a recorded end from before the dossier was taken up again is not the end of that
        case
            when openings.spell_number > 1 and ends.began_at < openings.began_at then ends.valid_from
            else ends.began_at
        end as end_recorded_at
    from openings
    left join ends
        on openings.dossier_code = ends.dossier_code
            and openings.spell_number = ends.spell_number
            and ends.end_rank = 1
),

ended as (
    select
        *,
        case
            when end_recorded_at is not null then least(greatest(end_recorded_at, opened_at), next_opened_at)
        end as ended_at
    from opened
),

worked_on as (
    select
        states.dossier_code,
        states.state_number,
        states.kind,
        states.due_at,
        states.is_due_computed,
        states.began_at,
        least(
            lead(states.began_at) over (
                partition by states.dossier_code, states.spell_number order by states.state_number
            ),
            ended.ended_at
        ) as until_at
    from states
    inner join ended
        on states.dossier_code = ended.dossier_code
            and states.spell_number = ended.spell_number
    where states.is_in_work
),

-- a promise passes while the dossier is worked on; a pause holds the time, and what passed before is not mended
passed as (
    select
        dossier_code,
        state_number,
        due_at,
        is_due_computed,
        greatest(
            cast(began_at as date),
            case
                when {{ seconds_of_day('due_at') }} = 0 then {{ day_after('cast(due_at as date)') }}
                else cast(due_at as date)
            end
        ) as late_on
    from worked_on
    where
        kind = 'working'
        and due_at is not null
        and (until_at is null or (began_at < until_at and {{ is_after('until_at', 'due_at') }}))
),

first_passed as (
    select
        *,
        row_number() over (partition by dossier_code order by late_on, state_number) as passed_rank
    from passed
),

spells as (
    select
        ended.dossier_code,
        ended.spell_number,
        dossiers.batch_id,
        dossiers.row_number,
        coalesce(dossiers.receiving_agency_code, dossiers.receiving_agency_raw, 'khong_ro') as agency_code,
        coalesce(dossiers.field_code, 'khong_ro') as field_code,
        coalesce(dossiers.channel, 1) as channel,
        cast(ended.opened_at as date) as opened_on,
        cast(ended.ended_at as date) as ended_on,
        cast(ended.next_opened_at as date) as next_opened_on,
        ended.end_kind,
        ended.end_recorded_at,
        first_passed.late_on,
        first_passed.due_at as passed_due_at,
        first_passed.is_due_computed as is_passed_due_computed,
        case
            when ended.end_kind is null then null
            when first_passed.late_on <= cast(ended.ended_at as date) then 10
            when ended.end_kind <> 'settled' then 9
            when {{ is_after('ended.end_recorded_at', 'ended.end_due_at') }} then 10
            when cast(ended.end_recorded_at as date) < cast(ended.end_due_at as date) then 8
            else 9
        end as settled_column
    from ended
    inner join dossiers on ended.dossier_code = dossiers.dossier_code
    left join first_passed
        on ended.dossier_code = first_passed.dossier_code
            and first_passed.passed_rank = 1
)

select * from spells
