"""Slack's limits for blocks: what it answers `invalid_blocks` to, with the reason."""

from collections.abc import Callable, Iterator, Mapping
from typing import cast

MOST_BLOCKS = 50  # of a message
MOST_VIEW_BLOCKS = 100  # of a modal or Home view
MOST_BLOCK_TEXT = 13_200  # characters of all block text of a message
LONGEST_TEXT = 40_000  # characters of `text`
LONGEST_SECTION = 3_000
MOST_FIELDS, LONGEST_FIELD = 10, 2_000
LONGEST_HEADER = 150
MOST_CONTEXT = 10  # elements of a context block
MOST_ACTIONS = 25  # elements of an actions block
LONGEST_BUTTON, LONGEST_VALUE, LONGEST_ID, LONGEST_URL = 75, 2_000, 255, 3_000
MOST_OPTIONS, LONGEST_OPTION = 100, 75
LONGEST_PLAIN = 2_000  # labels and hints of inputs
BLOCK_TYPES = frozenset(
    {"section", "header", "context", "actions", "divider", "image", "input", "rich_text"}
)
PLAIN, MARKDOWN = "plain_text", "mrkdwn"
Block = Mapping[str, object]


class BadBlocks(Exception):
    """Slack refuses the blocks; the message says where and why."""


def check_blocks(blocks: object, *, most: int = MOST_BLOCKS) -> list[Block]:
    """The blocks, if Slack would take them."""
    if not isinstance(blocks, list) or not all(isinstance(one, dict) for one in blocks):
        raise BadBlocks("must be an array of objects [json-pointer:/blocks]")
    if len(blocks) > most:
        raise BadBlocks(f"no more than {most} items allowed [json-pointer:/blocks]")
    ids: set[object] = set()
    for number, block in enumerate(blocks):
        _check_block(block, f"/blocks/{number}")
        block_id = block.get("block_id")
        if block_id is not None and block_id in ids:
            raise BadBlocks(f"block_id already exists [json-pointer:/blocks/{number}/block_id]")
        ids.add(block_id)
    return blocks


def text_length(blocks: list[Block]) -> int:
    """How many characters of text a message's blocks hold together."""
    return sum(len(text) for block in blocks for text in _texts(block))


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") in {PLAIN, MARKDOWN} and isinstance(node.get("text"), str):
            yield node["text"]
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


def _check_block(block: Block, where: str) -> None:
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in BLOCK_TYPES:
        raise BadBlocks(f"unsupported type: {kind} [json-pointer:{where}/type]")
    _check_id(block, "block_id", where)
    check = CHECKS.get(kind)
    if check is not None:
        check(block, where)


def _check_header(block: Block, where: str) -> None:
    _check_text(block.get("text"), f"{where}/text", longest=LONGEST_HEADER, kinds=(PLAIN,))


def _check_actions(block: Block, where: str) -> None:
    for at, element in _elements(block, "elements", where, most=MOST_ACTIONS):
        _check_element(element, at)


def _check_input(block: Block, where: str) -> None:
    _check_text(block.get("label"), f"{where}/label", longest=LONGEST_PLAIN, kinds=(PLAIN,))
    _check_element(_object(block.get("element"), f"{where}/element"), f"{where}/element")


def _check_section(block: Block, where: str) -> None:
    if block.get("text") is None and not block.get("fields"):
        raise BadBlocks(f"missing required field: text or fields [json-pointer:{where}]")
    if block.get("text") is not None:
        _check_text(block["text"], f"{where}/text", longest=LONGEST_SECTION)
    if block.get("fields") is not None:
        for at, field in _elements(block, "fields", where, most=MOST_FIELDS):
            _check_text(field, at, longest=LONGEST_FIELD)
    if block.get("accessory") is not None:
        at = f"{where}/accessory"
        _check_element(_object(block["accessory"], at), at)


def _check_image(block: Block, where: str) -> None:
    if (block.get("image_url") is None) == (block.get("slack_file") is None):
        raise BadBlocks(f"missing required field: image_url or slack_file [json-pointer:{where}]")
    if not block.get("alt_text"):
        raise BadBlocks(f"missing required field: alt_text [json-pointer:{where}]")
    _check_length(block["alt_text"], f"{where}/alt_text", longest=LONGEST_PLAIN)


def _check_context(block: Block, where: str) -> None:
    for at, element in _elements(block, "elements", where, most=MOST_CONTEXT):
        if element.get("type") != "image":
            _check_text(element, at, longest=LONGEST_SECTION)


def _check_element(element: Block, where: str) -> None:
    kind = element.get("type")
    if not isinstance(kind, str):
        raise BadBlocks(f"missing required field: type [json-pointer:{where}]")
    _check_id(element, "action_id", where)
    if kind == "button":
        _check_button(element, where)
    if "options" in element:
        for at, option in _elements(element, "options", where, most=MOST_OPTIONS):
            _check_text(option.get("text"), f"{at}/text", longest=LONGEST_OPTION)
            _check_length(option.get("value"), f"{at}/value", longest=LONGEST_OPTION)
    if element.get("placeholder") is not None:
        at = f"{where}/placeholder"
        _check_text(element["placeholder"], at, longest=LONGEST_HEADER, kinds=(PLAIN,))


def _check_button(element: Block, where: str) -> None:
    _check_text(element.get("text"), f"{where}/text", longest=LONGEST_BUTTON, kinds=(PLAIN,))
    _check_length(element.get("value"), f"{where}/value", longest=LONGEST_VALUE)
    _check_length(element.get("url"), f"{where}/url", longest=LONGEST_URL)
    if element.get("style") not in {None, "primary", "danger"}:
        raise BadBlocks(f"invalid style [json-pointer:{where}/style]")


def _check_text(
    text: object, where: str, *, longest: int, kinds: tuple[str, ...] = (PLAIN, MARKDOWN)
) -> None:
    shape = _object(text, where)
    if shape.get("type") not in kinds:
        raise BadBlocks(f"must be one of {', '.join(kinds)} [json-pointer:{where}/type]")
    words = shape.get("text")
    if not isinstance(words, str) or not words:
        raise BadBlocks(f"must be more than 0 characters [json-pointer:{where}/text]")
    _check_length(words, f"{where}/text", longest=longest)


def _check_length(value: object, where: str, *, longest: int) -> None:
    if value is None:
        return
    if not isinstance(value, str):
        raise BadBlocks(f"must be a string [json-pointer:{where}]")
    if len(value) > longest:
        raise BadBlocks(f"must be less than {longest + 1} characters [json-pointer:{where}]")


def _check_id(block: Block, name: str, where: str) -> None:
    _check_length(block.get(name), f"{where}/{name}", longest=LONGEST_ID)


def _object(value: object, where: str) -> Block:
    if not isinstance(value, dict):
        raise BadBlocks(f"must be an object [json-pointer:{where}]")
    return cast(Block, value)


def _elements(block: Block, name: str, where: str, *, most: int) -> list[tuple[str, Block]]:
    elements = block.get(name)
    if not isinstance(elements, list) or not elements:
        raise BadBlocks(f"must provide an array with items [json-pointer:{where}/{name}]")
    if len(elements) > most:
        raise BadBlocks(f"no more than {most} items allowed [json-pointer:{where}/{name}]")
    return [
        (f"{where}/{name}/{number}", _object(one, f"{where}/{name}/{number}"))
        for number, one in enumerate(elements)
    ]


CHECKS: dict[str, Callable[[Block, str], None]] = {
    "section": _check_section,
    "header": _check_header,
    "context": _check_context,
    "actions": _check_actions,
    "image": _check_image,
    "input": _check_input,
}
"""What is looked at in each kind of block."""
