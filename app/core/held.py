"""What is held now, as a CI script asks for it."""

from dataclasses import dataclass
from uuid import UUID

from app.core.quarantine import Quarantine


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A case under quarantine, with the parts of its name that runners select by."""

    case_id: UUID
    suite: str
    classname: str
    name: str
    parameters: str
    file: str | None
    quarantine: Quarantine

    @property
    def full_name(self) -> str:
        """As every surface names it: class, name and parameters."""
        return "::".join(part for part in (self.classname, self.name) if part) + self.parameters

    @property
    def node(self) -> str:
        """As pytest selects it: `tests/test_cart.py::Cart::test_total[3]`, where a file is known.

        pytest's class names begin with the module, which the file says already.
        """
        if self.file is None:
            return self.full_name
        module = self.file.removesuffix(".py").replace("/", ".")
        inside = self.classname.removeprefix(module).lstrip(".").replace(".", "::")
        return "::".join(part for part in (self.file, inside, self.name) if part) + self.parameters

    @property
    def line(self) -> str:
        """The node on a line of its own: what is not printable is written as pytest writes it."""
        return "".join(
            one if one.isprintable() else one.encode("unicode_escape").decode() for one in self.node
        )
