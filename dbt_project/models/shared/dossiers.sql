with

latest as (
    select * from {{ ref('int_dossier_latest') }}
),

matched_agencies as (
    select * from {{ ref('int_dossier_agencies') }}
),

matched_procedures as (
    select * from {{ ref('int_dossier_procedures') }}
),

deadlines as (
    select * from {{ ref('int_dossier_deadlines') }}
),

agencies as (
    select * from {{ ref('agencies') }}
),

communes as (
    select * from {{ ref('int_commune_on_day') }}
),

-- a row without a commune is in the commune of the agency that received it
placed as (
    select
        latest.*,
        matched_agencies.receiving_agency_code,
        matched_agencies.competent_agency_code,
        coalesce(latest.commune_code, agencies.commune_code) as placed_commune_code,
        {{ reading_day('latest.received_at', 'latest.submitted_at') }} as placed_on
    from latest
    left join matched_agencies on latest.dossier_key = matched_agencies.dossier_key
    left join agencies on matched_agencies.receiving_agency_code = agencies.agency_code
),

-- a code is re-used with another territory, so it is read on the dossier's own day
located as (
    select
        placed.*,
        communes.current_code as commune_code_current
    from placed
    left join communes
        on placed.placed_commune_code = communes.code
            and placed.placed_on >= communes.read_from
            and placed.placed_on <= communes.read_to
),

dossiers as (
    select
        located.dossier_key as dossier_code,
        {{ dossier_key('located.dossier_code_alias') }} as dossier_code_alias,
        matched_procedures.procedure_code,
        located.procedure_code_raw,
        matched_procedures.field_code,
        located.receiving_agency_code,
        located.competent_agency_code,
        located.placed_commune_code as commune_code,
        located.commune_code_current,
        located.channel,
        coalesce(located.service_level, matched_procedures.service_level) as service_level,
        coalesce(located.step_status, located.status) as status,
        located.submitted_at,
        located.received_at,
        coalesce(located.step_due_at, located.due_at) as due_at,
        deadlines.due_at_computed,
        coalesce(located.step_finished_at, located.finished_at) as finished_at,
        coalesce(located.step_returned_at, located.returned_at) as returned_at,
        located.supplement_requested_at,
        {{ token(applicant_key('located.applicant_number')) }} as applicant_token,
        {{ applicant_status('located.applicant_number') }} as applicant_number_status,
        located.applicant_kind,
        located.fee_amount,
        located.online_payment,
        located.input_digitised,
        located.result_digitised,
        located.input_reused,
        located.input_from_national_store,
        located.population_data_used,
        located.is_synchronised,
        located.source_system,
        located.batch_id,
        located.row_number,
        located.dataset,
        located.receiving_agency_raw,
        located.receive_by_at,
        located.supplement_rounds,
        located.pause_reason is not null as has_pause_reason,
        located.apology_on,
        located.deleted_at,
        located.vanished_at,
        coalesce(matched_procedures.has_result, true) as is_result_expected,
        located.result_number is not null as has_result_number,
        located.result_file is not null as has_result_file,
        coalesce(located.result_file = located.input_file, false) as is_result_file_an_input,
        located.result_issued_on
    from located
    left join matched_procedures on located.dossier_key = matched_procedures.dossier_key
    left join deadlines on located.dossier_key = deadlines.dossier_key
)

select * from dossiers
