{{ frozen_or_computed('service_quality_index', 'int_service_quality_items') }}
