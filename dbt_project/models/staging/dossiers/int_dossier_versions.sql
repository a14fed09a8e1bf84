{{ config(materialized='view') }}

with

dossier_rows as (
    select * from {{ ref('int_dossiers') }}
),

-- a row that repeats the newest one counts too: what lay between them may have been different
versions as (
    select
        *,
        {{ dossier_key('dossier_code') }} as dossier_key,
        row_number() over (
            partition by {{ dossier_key('dossier_code') }}, dataset order by batch_sequence, row_number
        ) as version_number
    from dossier_rows
    where row_verdict <> 'quarantined' and dossier_code is not null
)

select * from versions
