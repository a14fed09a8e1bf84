{# Every change ends a row of its old unit, and begins one of its new unit. #}
{% test changes_meet_units(model, units) %}
select model.*
from {{ model }} as model
left join {{ units }} as old_units
    on model.old_code = old_units.code and {{ day_before('model.effective_on') }} = old_units.valid_to
left join {{ units }} as new_units
    on model.new_code = new_units.code and model.effective_on = new_units.valid_from
where old_units.code is null or (model.new_code is not null and new_units.code is null)
{% endtest %}
