"""YAML files as plain values, together with the line on which each of them stands.

PyYAML composes a tree of nodes that know their lines; this module turns them into values itself, because the
scalars of YAML 1.1 surprise people: here ``no`` and ``on`` are text, ``012`` is twelve, ``1e3`` is a number,
and there are no dates and no ``1:30`` that means ninety. Anchors, aliases, merge keys and tags are refused: a
file of settings has no use for them, and without them a small file cannot unfold into a huge one.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from sim.faults import Fault, Keys, Place, Problem, legible

LARGEST_FILE = 256 * 1024  # bytes; a scenario has some 10,000
DEEPEST_NESTING = 24
LONGEST_WHOLE_NUMBER = 40  # digits; longer ones are read as floating-point numbers
LARGEST_EXACT_FLOAT = 2.0**53

WHOLE = re.compile(r"[-+]?[0-9]+")
DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}

IN_PLAIN_WORDS = (
    ("found character '\\t'", "a tab; indent with spaces"),
    ("mapping values are not allowed", "a ':' where no key can stand; mind the indentation, or quote text"),
    ("could not find expected ':'", "a line without ':' among lines of the form 'key: value'"),
    ("expected <block end>", "the indentation does not fit the lines above"),
    ("expected ',' or", "a bracket is not closed, or a ',' is missing between two entries"),
    ("found unexpected end of stream", "a quotation mark is not closed"),
    ("but found another document", "a second document begins ('---'); one file holds one document"),
)


class Settings(NamedTuple):
    """What a file says: its values, the place of each, and what was wrong already while reading it."""

    values: dict[str, Any]
    places: dict[Keys, Place]
    problems: tuple[Problem, ...] = ()


def read_settings(path: Path) -> Settings:
    """Read a YAML file of settings.

    Keys that stand twice are among the settings' ``problems``, so that they can be told together with other
    faults. Raises Fault when the file cannot be read, is not YAML, is empty or is no mapping.
    """
    return settings_in(_text_of(path), shown(path))


def settings_in(text: str, label: str) -> Settings:
    """Read settings from YAML text; ``label`` stands for the file in error messages. Raises Fault."""
    try:
        node = _compose(text)
    except _NotYamlError as error:
        column = f"column {error.column}: " if error.column else ""
        raise Fault(f"{Place(label, error.line)}  {column}{error.reason}") from None
    if node is None:
        raise Fault(f"{label}  the file is empty: it should hold lines of the form 'key: value'")
    walk = _Walk(label)
    values = walk.value(node, ())
    if not isinstance(values, dict):
        kind = "a list" if isinstance(values, list) else "a single value"
        raise Fault(f"{walk.places[()]}  {kind} stands where lines of the form 'key: value' should")
    return Settings(values, walk.places, tuple(walk.problems))


def value_in(text: str, label: str) -> Any:
    """Read one value as it would stand behind ``key:`` in a file. Raises Fault.

    Only text that begins with a bracket or a quotation mark is taken for more than a plain word, so that
    ``a: b`` and ``# 1`` are text.
    """
    if not text.startswith(("[", "{", '"', "'")):
        return plain_value(text)
    try:
        node = _compose(text)
    except _NotYamlError as error:
        raise Fault(f"{label}: {error.reason}") from None
    walk = _Walk(label)
    value = walk.value(node, ())
    if walk.problems:
        raise Fault("\n".join(f"{label}: {problem.text}" for problem in walk.problems))
    return value


def plain_value(text: str) -> Any:
    """Turn an unquoted scalar into None, a truth value, a number or, if it is none of these, text.

    A whole number may be written with an exponent: ``2e5`` deals are 200000.
    """
    if text in WORDS:
        return WORDS[text]
    if WHOLE.fullmatch(text) and len(text) <= LONGEST_WHOLE_NUMBER:
        return int(text)
    if DECIMAL.fullmatch(text):
        number = float(text)
        is_written_with_exponent = "e" in text.lower()
        is_exact = number.is_integer() and abs(number) <= LARGEST_EXACT_FLOAT
        return int(number) if is_written_with_exponent and is_exact else number
    return text


def has_half_characters(text: str) -> bool:
    """Whether the text holds surrogates, which escapes such as "\\ud800" make and no encoding can write."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def shown(path: Path) -> str:
    """Write a path as people know it: relative to the current folder if below it, else as given."""
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return legible(str(path))


class _NotYamlError(Exception):
    """Text that cannot be read as YAML: why, in plain words, at which line and column (0 where unknown)."""

    def __init__(self, reason: str, line: int = 0, column: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.line, self.column = reason, line, column

    @classmethod
    def at(cls, mark: Any, reason: str) -> "_NotYamlError":
        return cls(reason, mark.line + 1, mark.column + 1) if mark else cls(reason)


class _Loader(yaml.SafeLoader):
    """Composes nodes within bounds; it is never asked to construct anything."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call] # the stubs leave it bare
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            reason = "'&' and '*' (YAML anchors) are not read here; write the value out, or quote the text"
            raise _NotYamlError.at(event.start_mark, reason)
        if event.tag is not None:
            raise _NotYamlError.at(event.start_mark, "'!' (a YAML tag) is not read here; quote the text")
        if self.depth >= DEEPEST_NESTING:
            raise _NotYamlError.at(event.start_mark, f"nested more than {DEEPEST_NESTING} deep")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Walk:
    """Turns nodes into values, and notes the place of each and what is wrong on the way."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.places: dict[Keys, Place] = {}
        self.problems: list[Problem] = []

    def value(self, node: Any, keys: Keys) -> Any:
        self.places.setdefault(keys, self._place(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, keys)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*keys, index)) for index, item in enumerate(node.value)]
        if has_half_characters(node.value):
            self.problems.append(Problem(self.places[keys], keys, "half a character (a surrogate) in text"))
            return ""
        return plain_value(node.value) if node.style is None else node.value

    def _mapping(self, node: yaml.MappingNode, keys: Keys) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem(place, keys, "a key is a plain word, not a list or a mapping"))
                continue
            key = key_node.value
            path = (*keys, key)
            if has_half_characters(key):
                self.problems.append(Problem(place, path, "half a character (a surrogate) in a key"))
            elif key == "<<" and key_node.style is None:
                self.problems.append(Problem(place, path, "merge keys are not read; write the values out"))
            elif key in values:
                text = f"stands twice; the first is in line {self.places[path].line}"
                self.problems.append(Problem(place, path, text))
            else:
                self.places[path] = place
                values[key] = self.value(value_node, path)
        return values

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.label, node.start_mark.line + 1)


def _text_of(path: Path) -> str:
    label = shown(path)
    if path.is_fifo():  # reading it would wait for a writer
        raise Fault(f"{label}  is a pipe, not a file")
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise Fault(f"{label}  there is no such file") from None
    except IsADirectoryError:
        raise Fault(f"{label}  is a folder, not a file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Fault(f"{label}  cannot be read: {reason}") from None
    if len(data) > LARGEST_FILE:
        raise Fault(f"{label}  is larger than {LARGEST_FILE // 1024} kB, far more than settings take")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Fault(f"{label}:{line}  is not text in UTF-8: byte 0x{data[error.start]:02x}") from None


@lru_cache(maxsize=16)
def _compose(text: str) -> yaml.Node | None:
    """The tree of nodes, which nobody changes: PyYAML takes most of the time of reading a scenario again and again."""
    try:
        return _Loader(text).get_single_node()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _NotYamlError(f"a character that YAML does not allow: U+{error.character:04X}", line) from None
    except yaml.MarkedYAMLError as error:
        said = error.problem or error.context or "for a reason that PyYAML does not tell"
        plain = next((words for sign, words in IN_PLAIN_WORDS if sign in said), f"this is not YAML: {said}")
        raise _NotYamlError.at(error.problem_mark or error.context_mark, plain) from None
    except (ValueError, OverflowError) as error:  # let out by PyYAML for escapes such as "\\UFFFFFFFF"
        raise _NotYamlError(f"this is not YAML: {error}") from None
