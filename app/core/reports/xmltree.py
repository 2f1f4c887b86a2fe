"""XML read as a stream of small trees: the elements a format is about, one at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.core.errors import BadInput
from app.core.reports.keeper import TextKeeper
from app.core.reports.ledger import Ledger
from app.core.reports.source import Source
from app.core.reports.xmlparse import XmlReader

MAX_NODES = 20_000  # elements kept of one tree


@dataclass(slots=True)
class Node:
    """An element with what stands in it."""

    tag: str
    attrs: Mapping[str, str]
    keeper: TextKeeper
    children: list["Node"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text of the element itself."""
        return self.keeper.text()

    def all(self, tag: str) -> Iterator["Node"]:
        """The children of that name."""
        return (child for child in self.children if child.tag == tag)

    def child(self, *tags: str) -> "Node | None":
        """The first element along a path of names, or None."""
        node: Node | None = self
        for tag in tags:
            node = next(node.all(tag), None) if node is not None else None
        return node

    def said(self, *tags: str) -> str | None:
        """The text of the first element along a path of names, or None."""
        node = self.child(*tags)
        return node.text if node is not None else None


Found = tuple[Sequence[Node], Node]  # the elements around it from the root, and the tree


class TreeStream:
    """The trees of the wanted elements, outermost first; elements around them have no text."""

    def __init__(self, source: Source, wanted: frozenset[str]) -> None:
        self.xml = XmlReader(source, start=self._start, end=self._end)
        self._source = source
        self._wanted = wanted
        self._around: list[Node] = []
        self._tree: list[Node] = []  # from the wanted element down to the one that is open
        self._nodes = 0
        self._ready: list[Found] = []

    def __iter__(self) -> Iterator[Found]:
        for _ in self.xml.walk():
            yield from self._ready
            self._ready.clear()
        yield from self._ready
        self._ready.clear()

    @property
    def cut_tree(self) -> Found | None:
        """The tree that was open where the report was cut."""
        return (tuple(self._around), self._tree[0]) if self._tree else None

    def _node(self, tag: str, attrs: Mapping[str, str]) -> Node:
        return Node(tag, attrs, TextKeeper(self._source.limits.max_text))

    def _start(self, tag: str, attrs: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if len(self._around) + len(self._tree) >= self._source.limits.max_depth:
            line = self.xml.line
            deepest = self._source.limits.max_depth
            raise BadInput(
                f"Line {line}: elements are nested deeper than {deepest};"
                " raise REPORT_MAX_DEPTH if it is no attack.",
                line=line,
            )
        node = self._node(tag, attrs)
        if self._tree:
            if self._nodes < MAX_NODES:
                self._tree[-1].children.append(node)
            self._nodes += 1
            self._tree.append(node)
        elif tag in self._wanted:
            self._nodes = 0
            self._tree.append(node)
            self.xml.listen(self._text)
        else:
            self._around.append(node)

    def _text(self, piece: str) -> None:
        if self._tree:
            self._tree[-1].keeper.add(piece)

    def _end(self, _: str) -> None:
        if not self._tree:
            if self._around:
                self._around.pop()
            return
        node = self._tree.pop()
        if not self._tree:
            self._ready.append((tuple(self._around), node))
            self.xml.listen(None)

    def finish(self, ledger: Ledger) -> None:
        """Say where the report broke off; refuse it when nothing was read before that."""
        line = self.xml.cut_at
        if line is None:
            return
        if not ledger.listed:
            reason = self.xml.cut_reason.split(":")[0]
            raise BadInput(
                f"The XML cannot be read ({reason}, line {line}) and holds no case before that;"
                " let the runner write the report again.",
                line=line,
            )
        ledger.notes.lacks(
            f"The report ends early or is damaged at line {line}; the cases before it were kept."
        )
