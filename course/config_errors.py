"""jsonargparse's nested error reports in one line: the key, what is wrong, what is allowed."""

from __future__ import annotations

import importlib
import inspect
import re
import traceback
from difflib import get_close_matches
from pathlib import Path

from jsonargparse import ArgumentParser

from lightning_modules.errors import Unavailable

_PARSER_KEY = re.compile(r'Parser key "([^"]+)":?\s*(.*)')
_CLASS_PATH = re.compile(r"Problem with given class_path '([^']+)':")
_UNKNOWN_OPTION = re.compile(r"Option '([^']+)' is not accepted")
_UNKNOWN_KEY = re.compile(r"Subcommand '\w+' does not accept option '([^']+)'")
_UNKNOWN_FLAG = re.compile(r"unrecognized arguments: (\S+)")
_EXPECTED = re.compile(r"Expected an? (.*?)(?:\. Got value: (.*))?$")
_GIVEN = re.compile(r"^\s*Given value: (.*)$", re.MULTILINE)
_NESTED = re.compile(r"^NestedArg\(key='([^']+)', val=(.*)\)$")
_NO_ATTRIBUTE = re.compile(r"module '([^']+)' has no attribute '([^']+)'")
_NO_MODULE = re.compile(r"No module named '([^']+)'")
_NOT_A = re.compile(r"Import path (\S+) does not correspond to a subclass of (\w+)")
_NO_CLASS = re.compile(r"Expected a dot import path string: (\S+)")
_NO_FILE = re.compile(r"File does not exist: '([^']+)'")
_INSTANTIATION = re.compile(
    r"Errors:\n\s*- (?!Does not validate)(?:Problem with given class_path '(\S+)':\n)?\s*(.*)"
)
_LABEL = re.compile(r"Target (\d+) is out of bounds")
_SHAPES = re.compile(
    r"shapes cannot be multiplied|to have \d+ channels|Kernel size can't be greater"
    r"|Output size is too small|Calculated padded input size|must match the size of tensor"
)
_EXAMPLE = "lightning_modules.models.mlp.MLP"
_REQUIRED = re.compile(r"the following arguments are required: (.*)")


def one_line(message: str, known_keys: list[str]) -> str:
    """The innermost cause of a parsing error, with the full key in front.

    Args:
        message: what jsonargparse reports, over many lines.
        known_keys: every key that the command accepts, as `trainer.max_epochs`.
    """
    if match := _UNKNOWN_KEY.search(message) or _UNKNOWN_FLAG.search(message):
        return _unknown(match[1].removeprefix("--").partition("=")[0], known_keys)
    if match := _NO_FILE.search(message):
        return f"no such file: {match[1]}"
    if match := _REQUIRED.search(message):
        names = re.sub(r"\b(fit|validate|test|predict)\.", "", match[1])
        return f"no {names.replace(', ', ' and no ')} in the config; pass one with --config FILE"
    keys: list[str] = []
    class_path = ""
    for line in message.splitlines():
        text = line.strip(" -")
        if match := _PARSER_KEY.match(text):
            keys.append(match[1])
            text = match[2]
        if match := _CLASS_PATH.search(text):
            class_path = match[1]
            keys.append("init_args")
        elif match := _UNKNOWN_OPTION.search(text):
            return _unknown(".".join([*keys, match[1]]), _parameters(class_path, keys))
        elif match := _NO_ATTRIBUTE.search(text):
            keys.pop()  # the class itself is missing, not one of its arguments
            return f"{'.'.join(keys)}: no class {match[2]} in {match[1]}; {_classes(match[1])}"
        elif match := _NO_MODULE.search(text):
            keys.pop()
            own = f"{class_path}.".startswith(f"{match[1]}.")
            where = f"in which {class_path} would be" if own else f"which {class_path} imports"
            return f"{'.'.join(keys)}: no module {match[1]}, {where}"
        elif match := _NOT_A.match(text):
            return f"{'.'.join(keys)}: {match[1]} is no class derived from {match[2]}"
        elif match := _NO_CLASS.match(text):
            close = get_close_matches(match[1], _short_names(), n=1)
            hint = f"did you mean {close[0]}? If not, " if close else ""
            return f"{'.'.join(keys)}: no class {match[1]}; {hint}give its full path, as {_EXAMPLE}"
        elif text.startswith("Expected a path"):
            continue  # the name of a config file would have done, too
        elif match := _EXPECTED.match(text):
            nested = _NESTED.match(_given(message))
            if nested and (failure := _import_failure(nested[2].strip("'"))):
                return failure
            value = match[2] or (nested[2] if nested else _given(message))
            if nested and not ".".join(keys).endswith(nested[1]):
                keys.append(nested[1])
            return f"{'.'.join(keys)} is {value}; it must be {_readable(match[1])}"
    return " ".join(message.split())[:300]


def instantiation_line(message: str) -> str:
    """What a class of the config said when it was built, without jsonargparse's frame around it."""
    match = _INSTANTIATION.search(message)
    if not match:
        return " ".join(message.split())[:300]
    return f"{match[1]}: {match[2]}" if match[1] else match[2]


def unavailable(error: BaseException) -> Unavailable | None:
    """What could not be reached while a class of the config was built, if that is the cause."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, Unavailable):
        cause = cause.__cause__
    return cause


def misfit_line(error: Exception) -> str | None:
    """One line for errors of torch that come from a network or checkpoint that does not fit.

    Args:
        error: what training raised.

    Returns:
        None where it is some other error.
    """
    if not isinstance(error, RuntimeError | IndexError):
        return None
    text = str(error)
    if "Error(s) in loading state_dict" in text:
        differing = text.splitlines()[1].strip() if "\n" in text else text
        return f"the checkpoint is of another model than the config's: {differing[:200]}"
    if match := _LABEL.search(text):
        return f"a label is {match[1]}: set num_classes of the model to the number of classes"
    if _SHAPES.search(text):
        return (
            "the network does not fit the data (check its in_features, in_channels, image size): "
            + text.splitlines()[0][:200]
        )
    return None


def _given(message: str) -> str:
    match = _GIVEN.search(message)
    return match[1] if match else ""


def _import_failure(class_path: str) -> str | None:
    """What goes wrong in the module of a class while it is imported, and where, if anything."""
    module = class_path.rpartition(".")[0]
    try:
        if module:
            importlib.import_module(module)
    except ImportError:  # other messages say that there is none
        return None
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        file, line = (
            getattr(error, "filename", last.filename),
            getattr(error, "lineno", last.lineno),
        )
        name = type(error).__name__
        return f"{class_path}: {Path(file).name}, line {line}: {name}: {_first_line(error)}"
    return None


def _first_line(error: Exception) -> str:
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return " ".join(message.split())[:200]


def _readable(expected: str) -> str:
    if match := re.match(r"typing\.Literal\[(.*)\]", expected):
        return f"one of {match[1]}"
    expected = expected.partition(":")[0]
    return re.sub(r"<class '(?:builtins\.)?([\w.]+)'>", r"\1", expected)


def _unknown(key: str, allowed: list[str]) -> str:
    close = get_close_matches(key, allowed, n=1)
    siblings = [name for name in allowed if name.rpartition(".")[0] == key.rpartition(".")[0]]
    hint = f"did you mean {close[0]}? " if close else ""
    names = [name.rpartition(".")[2] for name in siblings]
    names = names if "." in key and names else list({name.partition(".")[0]: 0 for name in allowed})
    return f"unknown key {key}; {hint}allowed: {', '.join(names)}"


def _parameters(class_path: str, keys: list[str]) -> list[str]:
    module, _, name = class_path.rpartition(".")
    parser = ArgumentParser()  # knows what a class hands on to its base by **
    parser.add_class_arguments(getattr(importlib.import_module(module), name), fail_untyped=False)
    return [".".join([*keys, key]) for key in parser.get_defaults().keys()]  # noqa: SIM118


def _short_names() -> list[str]:
    """The classes that need no module in front."""
    rooms = ("callbacks", "regularization", "datamodules.augmentation")
    modules = [importlib.import_module(f"lightning_modules.{room}") for room in rooms]
    return [name for module in modules for name, value in vars(module).items() if _public(value)]


def _public(value: object) -> bool:
    return inspect.isclass(value) and value.__module__.startswith("lightning_modules.")


def _classes(module: str) -> str:
    found = importlib.import_module(module)
    names = [
        name
        for name, value in vars(found).items()
        if inspect.isclass(value) and value.__module__ == module
    ]
    return f"there are: {', '.join(names)}"
