{{ frozen_or_computed('indicators', 'int_indicator_values') }}
