"""Tables of the command line in which nothing is cut: who reads a name must be able to type it."""

from rich.table import Table


def whole_table(*columns: str) -> Table:
    """An empty table whose cells go on in the next line where they are too narrow."""
    table = Table()
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
