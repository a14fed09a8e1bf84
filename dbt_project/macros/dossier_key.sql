{# A dossier code as a key: upper case, no spaces, any dash a hyphen (domain: traps of dossier codes). #}
{% macro dossier_key(column) -%}
    upper(regexp_replace(regexp_replace({{ column }}, '[‐‑‒–—−]', '-', 'g'), '\s', '', 'g'))
{%- endmacro %}
