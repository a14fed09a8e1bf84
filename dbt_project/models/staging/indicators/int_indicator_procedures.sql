with

dossiers as (
    select * from {{ ref('int_indicator_dossiers') }}
    where is_received and procedure_key is not null
),

periods as (
    select * from {{ ref('int_periods') }}
    where period_type <> 'range'
),

members as (
    select * from {{ ref('int_indicator_members') }}
),

versions as (
    select * from {{ ref('procedures') }}
),

catalogues as (
    select count(is_in_published_catalogue) > 0 as is_loaded from versions
),

-- what the dossiers received in a period say of a procedure
handled as (
    select
        agency_code,
        commune_code,
        procedure_key,
        period_type,
        period_start,
        max(case when channel = 2 then 1 else 0 end) as online_dossiers,
        max(case when online_payment then 1 else 0 end) as online_payments,
        max(case when fee_amount > 0 then 1 else 0 end) as fees,
        1 as dossiers
    from dossiers
    group by
        agency_code,
        commune_code,
        procedure_key,
        period_type,
        period_start
),

listed as (
    select
        versions.procedure_code as procedure_key,
        periods.period_type,
        periods.period_start,
        versions.service_level,
        coalesce(versions.fee_amount > 0, false) or coalesce(versions.has_financial_obligation, false) as has_fee
    from periods
    inner join versions
        on periods.counted_until >= versions.valid_from
            and (versions.valid_to is null or periods.counted_until <= versions.valid_to)
),

published as (
    select
        procedure_code as procedure_key,
        max(case when is_in_published_catalogue then 1 else 0 end) = 1 as is_published
    from versions
    group by procedure_code
),

placed as (
    {{ in_units(
        'handled',
        ['procedure_key', 'period_type', 'period_start', 'online_dossiers', 'online_payments', 'fees', 'dossiers'],
        var('province')['agency_prefix']
    ) }}
    union all
    -- the province answers for the whole catalogue, also for what nobody asked for
    select
        'province' as unit_kind,
        '{{ var("province")["agency_prefix"] }}' as unit_code,
        procedure_key,
        period_type,
        period_start,
        0 as online_dossiers,
        0 as online_payments,
        0 as fees,
        0 as dossiers
    from listed
),

of_units as (
    select
        unit_kind,
        unit_code,
        procedure_key,
        period_type,
        period_start,
        max(online_dossiers) = 1 as has_online_dossier,
        max(online_payments) = 1 as has_online_payment,
        max(fees) = 1 as has_dossier_with_fee,
        max(dossiers) = 1 as is_handled
    from placed
    group by
        unit_kind,
        unit_code,
        procedure_key,
        period_type,
        period_start
),

procedures as (
    select
        of_units.unit_kind,
        of_units.unit_code,
        of_units.procedure_key,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.counted_until,
        of_units.is_handled,
        listed.procedure_key is not null as is_listed,
        listed.service_level,
        coalesce(listed.has_fee, false) or of_units.has_dossier_with_fee as has_fee,
        of_units.has_online_dossier,
        of_units.has_online_payment,
        case when catalogues.is_loaded then not coalesce(published.is_published, false) end as is_outside_catalogue
    from of_units
    cross join catalogues
    inner join periods
        on of_units.period_type = periods.period_type and of_units.period_start = periods.period_start
    left join listed
        on of_units.procedure_key = listed.procedure_key
            and of_units.period_type = listed.period_type
            and of_units.period_start = listed.period_start
    left join published on of_units.procedure_key = published.procedure_key
)

select * from procedures
