{%- set facts = [
    'status', 'channel', 'received_at', 'due_at', 'finished_at', 'supplement_requested_at'
] %}
{%- set compared = ['agency_code', 'field_code', 'column_in', 'column_out'] %}
with

freezes as (
    select * from {{ ref('period_freezes') }}
),

frozen as (
    select * from {{ ref('int_frozen_placements') }}
),

placements as (
    select * from {{ ref('int_settlement_placements') }}
),

dossiers as (
    select * from {{ ref('dossiers') }}
),

codes as (
    select * from {{ ref('int_dossier_codes') }}
),

history as (
    select * from {{ ref('dossier_history') }}
),

batches as (
    select
        batch_id,
        dataset,
        landed_at
    from {{ ref('batches') }}
    where state = 'committed'
),

build as (
    select * from {{ ref('int_build') }}
),

reasons as (
    select * from {{ ref('restatement_reasons') }}
),

computed as (
    select placements.*
    from placements
    inner join freezes
        on placements.period_type = freezes.period_type
            and placements.period_start = freezes.period_start
            and placements.period_end = freezes.period_end
),

paired as (
    select
        coalesce(frozen.period_type, computed.period_type) as period_type,
        coalesce(frozen.period_start, computed.period_start) as period_start,
        coalesce(frozen.period_end, computed.period_end) as period_end,
        coalesce(frozen.variant, computed.variant) as variant,
        coalesce(frozen.dossier_code, computed.dossier_code) as dossier_code,
        frozen.dossier_code is not null as is_in_old,
        computed.dossier_code is not null as is_in_new,
        case
            when
                frozen.dossier_code = computed.dossier_code
                {%- for column in compared %}
                and frozen.{{ column }} = computed.{{ column }}
                {%- endfor %}
                then true
            else false
        end as is_same,
        {%- for column in compared %}
        frozen.{{ column }} as {{ column }}_old,
        computed.{{ column }} as {{ column }}_new,
        {%- endfor %}
        {%- for fact in facts %}
        frozen.{{ fact }} as frozen_{{ fact }},
        {%- endfor %}
        frozen.batch_id as batch_id_old
    from frozen
    full outer join computed
        on frozen.period_type = computed.period_type
            and frozen.period_start = computed.period_start
            and frozen.period_end = computed.period_end
            and frozen.variant = computed.variant
            and frozen.dossier_code = computed.dossier_code
),

differing as (
    select
        paired.*,
        freezes.period,
        freezes.frozen_at,
        freezes.model_version <> build.model_version as is_method_other
    from paired
    cross join build
    inner join freezes
        on paired.period_type = freezes.period_type
            and paired.period_start = freezes.period_start
            and paired.period_end = freezes.period_end
    where not paired.is_same
),

-- of a dossier that was not counted, what was known when the period was frozen is in its history
recorded as (
    select
        differing.period_type,
        differing.period_start,
        differing.variant,
        history.*,
        history.recorded_from <= differing.frozen_at as is_before,
        row_number() over (
            partition by
                differing.period_type,
                differing.period_start,
                differing.variant,
                differing.dossier_code,
                history.recorded_from <= differing.frozen_at
            order by history.valid_from desc
        ) as latest_rank
    from differing
    inner join history on differing.dossier_code = history.dossier_code
),

known as (
    select * from recorded
    where is_before and latest_rank = 1
),

learnt as (
    select * from recorded
    where not is_before and latest_rank = 1
),

followed as (
    select
        differing.*,
        dossiers.dossier_code is not null as is_known_now,
        coalesce(codes.main_key <> differing.dossier_code, false) as has_other_code,
        differing.is_in_old or known.dossier_code is not null as is_known_before,
        known.deleted_at is not null as was_deleted,
        known.vanished_at is not null as was_vanished,
        dossiers.deleted_at,
        dossiers.vanished_at,
        {%- for fact in facts %}
        {%- if fact == 'channel' %}
        differing.frozen_channel as channel_old,
        {%- else %}
        case
            when differing.is_in_old then differing.frozen_{{ fact }}
            else known.{{ fact }}
        end as {{ fact }}_old,
        {%- endif %}
        dossiers.{{ fact }} as {{ fact }}_new,
        {%- endfor %}
        case
            when dossiers.vanished_at is not null and not differing.is_in_new then vanishing.batch_id
            when dossiers.batch_id <> coalesce(differing.batch_id_old, '') then dossiers.batch_id
            else learnt.batch_id
        end as batch_id
    from differing
    left join dossiers on differing.dossier_code = dossiers.dossier_code
    left join codes on differing.dossier_code = codes.dossier_key
    left join known
        on differing.period_type = known.period_type
            and differing.period_start = known.period_start
            and differing.variant = known.variant
            and differing.dossier_code = known.dossier_code
    left join learnt
        on differing.period_type = learnt.period_type
            and differing.period_start = learnt.period_start
            and differing.variant = learnt.variant
            and differing.dossier_code = learnt.dossier_code
    left join batches as vanishing
        on dossiers.dataset = vanishing.dataset and dossiers.vanished_at = vanishing.landed_at
),

changes as (
    select
        {%- for column in compared %}
        coalesce({{ column }}_old <> {{ column }}_new, true) as is_{{ column }}_other,
        {%- endfor %}
        {%- for fact in facts %}
        {{ differs(fact ~ '_old', fact ~ '_new') }} as is_{{ fact }}_changed,
        {%- endfor %}
        *
    from followed
),

-- the first reason that can have moved the dossier; a fact that is not counted by explains nothing
explained as (
    select
        *,
        case
            when
                deleted_at is not null and (not is_in_new or (is_column_out_other and not was_deleted))
                then 'deleted_since'
            when
                vanished_at is not null and (not is_in_new or (is_column_out_other and not was_vanished))
                then 'vanished_since'
            when not is_in_new and not is_known_now and has_other_code then 'code_changed'
            when not is_in_new and not is_known_now then 'vanished_since'
            when not is_known_before then 'entered_later'
            when not is_in_old and (was_deleted or was_vanished) then 'restored_since'
            when is_column_out_other and is_status_changed then 'status_changed'
            when is_column_out_other and is_due_at_changed then 'due_changed'
            when is_column_out_other and is_finished_at_changed then 'end_changed'
            when is_column_out_other and is_supplement_requested_at_changed then 'supplement_changed'
            when (is_column_in_other or is_column_out_other) and is_received_at_changed then 'received_changed'
            when is_in_old and is_column_in_other and is_channel_changed then 'channel_changed'
            when is_in_old and is_in_new and is_agency_code_other then 'agency_changed'
            when is_in_old and is_in_new and is_field_code_other then 'field_changed'
            when is_method_other then 'method_changed'
            else 'history_changed'
        end as reason
    from changes
),

restatements as (
    select
        explained.period_type,
        explained.period_start,
        explained.period_end,
        explained.period,
        explained.variant,
        explained.dossier_code,
        explained.reason,
        reasons.sentence,
        nullif(
            concat_ws(
                '; ',
                case
                    when explained.is_known_before and explained.is_status_changed
                        then {{ old_and_new('trạng thái', 'explained.status') }}
                end,
                {%- for fact, name in {
                    'received_at': 'ngày tiếp nhận', 'due_at': 'ngày hẹn trả', 'finished_at': 'ngày kết thúc',
                    'supplement_requested_at': 'ngày yêu cầu bổ sung'
                }.items() %}
                case
                    when explained.is_known_before and explained.is_{{ fact }}_changed
                        then {{ old_and_new(name, 'explained.' ~ fact, is_day=true) }}
                end{{ ',' if not loop.last }}
                {%- endfor %}
            ), ''
        ) as changes,
        {%- for column in compared %}
        {%- set type = 'bigint' if column.startswith('column') else 'varchar' %}
        cast(explained.{{ column }}_old as {{ type }}) as {{ column }}_old,
        cast(explained.{{ column }}_new as {{ type }}) as {{ column }}_new,
        {%- endfor %}
        explained.batch_id,
        explained.frozen_at
    from explained
    left join reasons on explained.reason = reasons.reason
)

select * from restatements
