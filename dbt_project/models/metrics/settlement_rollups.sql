{{ frozen_or_computed('settlement_rollups', 'int_settlement_rollups') }}
