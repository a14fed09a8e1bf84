with

dossiers as (
    select * from {{ ref('int_dossier_latest') }}
),

agencies as (
    select * from {{ ref('agencies') }}
),

-- what a source may write for an agency: its code, the code in the other form, its name
written as (
    select
        agency_code as written_as,
        agency_code,
        1 as how
    from agencies
    union all
    select
        agency_key as written_as,
        agency_code,
        2 as how
    from agencies
    union all
    select
        {{ name_key('agency_name') }} as written_as,
        agency_code,
        3 as how
    from agencies
    where agency_name is not null
),

-- a name that several agencies share finds none of them
unambiguous as (
    select
        written_as,
        how,
        min(agency_code) as agency_code
    from written
    group by written_as, how
    having count(distinct agency_code) = 1
),

names as (
    select receiving_agency_raw as written_as from dossiers
    union
    select competent_agency_raw as written_as from dossiers
    union
    select {{ agency_of_dossier('dossier_key') }} as written_as from dossiers
),

found as (
    select
        names.written_as,
        coalesce(by_code.agency_code, by_key.agency_code, by_name.agency_code) as agency_code
    from names
    left join unambiguous as by_code on upper(trim(names.written_as)) = by_code.written_as and by_code.how = 1
    left join unambiguous as by_key on {{ agency_key('names.written_as') }} = by_key.written_as and by_key.how = 2
    left join unambiguous as by_name on {{ name_key('names.written_as') }} = by_name.written_as and by_name.how = 3
    where names.written_as is not null
),

-- the code of the unit that made the dossier begins its code: it stands in when the row names no agency,
-- and decides between agencies of the name that the row gives
matched as (
    select
        dossiers.dossier_key,
        case
            when
                dossiers.receiving_agency_raw is null
                or {{ name_key('dossiers.receiving_agency_raw') }} = {{ name_key('agencies.agency_name') }}
                then coalesce(receiving.agency_code, issuing.agency_code)
            else receiving.agency_code
        end as receiving_agency_code,
        competent.agency_code as competent_agency_code
    from dossiers
    left join found as receiving on dossiers.receiving_agency_raw = receiving.written_as
    left join found as competent on dossiers.competent_agency_raw = competent.written_as
    left join found as issuing on {{ agency_of_dossier('dossiers.dossier_key') }} = issuing.written_as
    left join agencies on issuing.agency_code = agencies.agency_code
)

select * from matched
