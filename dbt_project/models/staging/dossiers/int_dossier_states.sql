{{ config(materialized='view') }}
with

exported as (
    select * from {{ ref('int_dossier_states_exported') }}
),

stepped as (
    select * from {{ ref('int_dossier_states_stepped') }}
),

stepped_dossiers as (
    select distinct dossier_key from stepped
),

-- the steps of a source are its own history; exports only show what had happened between them
states as (
    select
        'exports' as source,
        exported.*
    from exported
    left join stepped_dossiers on exported.dossier_key = stepped_dossiers.dossier_key
    where stepped_dossiers.dossier_key is null
    union all
    select
        case when valid_from_basis = 'step' then 'steps' else 'exports' end as source,
        stepped.*
    from stepped
)

select * from states
