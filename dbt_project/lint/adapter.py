"""Stands in for dbt's `adapter` while sqlfluff renders a model: an engine macro becomes a function call of its name."""

from collections.abc import Callable


def dispatch(macro_name: str) -> Callable[..., str]:
    """The engine macro as the text of a call, for example `parse_date(submitted_at)`."""

    def call(*arguments: object, **_: object) -> str:
        # the first argument is the column; what follows it are settings of the macro
        return f"{macro_name}({', '.join(str(argument) for argument in arguments[:1])})"

    return call
