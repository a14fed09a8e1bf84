{%- set levels = 6 -%}
with

agencies as (
    select
        agency_code,
        nullif(parent_code, agency_code) as parent_code
    from {{ ref('agencies') }}
),

level_0 as (
    select
        agency_code,
        agency_code as ancestor_code
    from agencies
),

-- codes have at most four levels below the province; a circle in the list ends where the levels end
{%- for level in range(1, levels) %}
level_{{ level }} as (
    select
        below.agency_code,
        agencies.parent_code as ancestor_code
    from level_{{ level - 1 }} as below
    inner join agencies on below.ancestor_code = agencies.agency_code
    where agencies.parent_code is not null
),
{%- endfor %}

-- the province stands above all of them, also above those that name nobody
tree as (
    {% for level in range(levels) -%}
    select * from level_{{ level }}
    union
    {% endfor -%}
    select
        agency_code,
        '{{ var("province")["agency_prefix"] }}' as ancestor_code
    from agencies
)

select * from tree
