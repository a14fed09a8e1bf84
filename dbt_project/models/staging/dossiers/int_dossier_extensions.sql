with

steps as (
    select distinct
        dossier_key,
        happened_at
    from {{ ref('int_dossier_steps_taken') }}
    where step_kind = 'extension'
),

extended_dossiers as (
    select distinct dossier_key from steps
),

states as (
    select * from {{ ref('dossier_history') }}
    where due_at is not null
),

-- against the promise of the state before
promises as (
    select
        states.dossier_code as dossier_key,
        states.valid_from,
        states.due_at,
        lag(states.due_at) over (partition by states.dossier_code order by states.valid_from) as due_before
    from states
    inner join extended_dossiers on states.dossier_code = extended_dossiers.dossier_key
),

extensions as (
    select
        promises.dossier_key,
        promises.valid_from as extended_at,
        promises.due_before,
        promises.due_at as due_set,
        row_number() over (partition by promises.dossier_key order by promises.valid_from) as extension_number
    from promises
    inner join steps on promises.dossier_key = steps.dossier_key and promises.valid_from = steps.happened_at
    where promises.due_at > promises.due_before
)

select * from extensions
