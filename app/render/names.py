"""What a case is called."""

from app.core.pages import CaseName


def case_title(name: CaseName) -> str:
    """Class and name with its parameters, raw, as on every surface."""
    parts = [part for part in (name.classname, name.name) if part]
    return ("::".join(parts) + name.parameters) or "(no name)"
