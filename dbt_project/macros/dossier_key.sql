{# A dossier code as a key: upper case, no spaces, any dash a hyphen (domain: traps of dossier codes). #}
{% macro dossier_key(column) -%}
    upper(regexp_replace(regexp_replace({{ column }}, '[‐‑‒–—−]', '-', 'g'), '\s', '', 'g'))
{%- endmacro %}

{# The day on which a dossier's texts are read: of reception, else of submission, else the as-of day. #}
{% macro day_of_dossier() -%}
    coalesce(cast(received_at as date), cast(submitted_at as date), {{ as_of() }})
{%- endmacro %}
