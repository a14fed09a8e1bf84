"""What the assembled models do with numbers of persons and organisations: judge, repair, link (docs/identifiers.md)."""

from __future__ import annotations

from warehouse.contracts import Column, Contract, ContractSet


def status_of(contract: Contract, column: Column) -> str:
    """Call of the macro that judges a number, with the birth date and sex it is held against."""
    if column.role == "organisation_code":
        return f"{{{{ tax_code_status('{column.name}') }}}}"
    born_on = column.born_on
    if born_on and any(c.name == born_on for c in contract.partial_dates):
        born_on = f"{born_on}_earliest"
    return f"{{{{ person_number_status('{column.name}', born_on={_text(born_on)}, sex={_text(column.sex)}) }}}}"


def linked(column: Column) -> str:
    """Call of the macro that gives the number to link by, from its status."""
    macro = "organisation_code_of_status" if column.role == "organisation_code" else "person_number_of_status"
    return f"{{{{ {macro}('{column.name}', '{column.name}_status') }}}}"


def repairs(contracts: ContractSet) -> list[dict[str, str]]:
    """Every column of the contracts whose numbers may be repaired, with the macro that names the repair."""
    return [
        {
            "dataset": contract.dataset,
            "model": contract.staging_table,
            "name": column.name,
            "kind": f"{{{{ {column.role}_repair('{column.name}') }}}}",
        }
        for contract in contracts.contracts
        for column in contract.identifiers
    ]


def shared_identifier(column: Column) -> list[dict[str, str]]:
    """Columns of a shared table for a column that is a number of a person, an organisation or an agency.

    A person's number becomes a token; the others keep what was received beside the conformed code.
    """
    name, title = column.name, column.title
    if column.role == "person_number":
        return [
            _shared(f"{name}_token", f"{{{{ token('{name}_linked') }}}}", f"Mã hóa của {title}"),
            _shared(f"{name}_status", f"{name}_status", f"Tình trạng của {title}"),
        ]
    if column.role == "organisation_code":
        received = _shared(name, f"{{{{ unless_person_number('{name}') }}}}", f"{title} (như nhận)")
        conformed = _shared("organisation_code", f"{name}_linked", "Mã số thuế, mã số doanh nghiệp (chuẩn hóa)")
        status = _shared("organisation_code_status", f"{name}_status", "Tình trạng của mã số thuế, mã số doanh nghiệp")
    else:
        received = _shared(name, name, f"{title} (như nhận)")
        conformed = _shared("agency_code", f"{{{{ agency_key('{name}') }}}}", "Mã cơ quan (chuẩn hóa)")
        status = _shared("agency_code_status", f"{{{{ agency_code_status('{name}') }}}}", "Tình trạng của mã cơ quan")
    return [c for c in (received, conformed, status) if c is not received or name != conformed["name"]]


def shared_partial_date(column: Column) -> dict[str, str]:
    """How much is known of a date, which stays behind when it is personal."""
    return _shared(f"{column.name}_precision", f"{column.name}_precision", f"Độ chính xác của {column.title}")


def row_key(contract: Contract) -> dict[str, str]:
    """The key that leads back to staging."""
    return _shared("row_key", key_sql(contract), "Khóa của bản ghi")


def key_sql(contract: Contract, alias: str | None = None) -> str:
    """SQL of a staging row's key; a token where a part of it is personal, as a household's tax code is."""
    prefix = f"{alias}." if alias else ""
    token = f"{{{{ token('{prefix}row_key') }}}}"
    if any(c.personal for c in contract.key):
        return token
    codes = [f"{prefix}{c.name}" for c in contract.key if c.role == "organisation_code"]
    hidden = " or ".join(f"{{{{ unless_person_number('{code}') }}}} is null" for code in codes)
    return f"case when {hidden} then {token} else {prefix}row_key end" if hidden else f"{prefix}row_key"


def _shared(name: str, expression: str, title: str) -> dict[str, str]:
    return {"name": name, "expression": expression, "type": "varchar", "title": title}


def _text(name: str | None) -> str:
    return f"'{name}'" if name else "none"
