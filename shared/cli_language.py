"""The language of a command line: its help, and the words and errors of typer itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partialmethod
from typing import Any

import typer
import typer.core
import typer.rich_utils
from typer._click.formatting import HelpFormatter
from typer.core import _TyperParameter

from shared import i18n
from shared.i18n import CHINESE, N_, translate

_USAGE, _OPTIONS, _COMMANDS = N_("Usage: "), N_("[OPTIONS]"), N_("COMMAND [ARGS]...")
_TYPES = (
    *(N_("<str>"), N_("<int>"), N_("<int range>"), N_("<bool>"), N_("<path>"), N_("<file>")),
    *(N_("<list[str]>"), N_("<list[int]>")),
)
_ERRORS = (
    N_("No such option: {option} (Possible options: {options})"),
    N_("No such option: {option}"),
    N_("Missing option {name}. Choose from:\n\t{choices}"),
    N_("Missing option {name}."),
    N_("Missing argument {name}. Choose from:\n\t{choices}"),
    N_("Missing argument {name}."),
    N_("Invalid value for {name}: {problem}"),
    N_("Invalid value: {problem}"),
    N_("Option {option} requires an argument."),
    N_("Option {option} does not take a value."),
    N_("Got unexpected extra argument(s) ({arguments})"),
    N_("{problem}. Did you mean {commands}?"),
    N_("File {path} does not exist."),
    N_("Path {path} does not exist."),
    N_("File {path} is a directory."),
)
"""Sentences that typer, and click within it, put together without a catalogue."""


def language_of(arguments: list[str], environment: Mapping[str, str]) -> i18n.Language:
    """Return the language that `--language` names, or else LC_ALL, LC_MESSAGES, LANG or DEFAULT_LANGUAGE, or else Chinese."""
    for option, value in zip(arguments, [*arguments[1:], ""], strict=False):
        if option == "--language" or option.startswith("--language="):
            return i18n.language_of(option.partition("=")[2] or value, CHINESE)
    system = next(filter(None, (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return i18n.language_of(system.replace("_", "-"), i18n.default_language(environment))


def command_texts(command: Any) -> Iterator[str]:
    """Yield every help text of `command` and of the commands below it."""
    for part in _described(command):
        if part.help:
            yield _paragraphs(part.help)


def translate_command(command: Any, language: str) -> None:
    """Translate the help of a tree of commands; each option `--language` has `language` as its default."""
    for part in _described(command):
        if part.help:
            part.help = translate(_paragraphs(part.help), language)
        if part.name == "language":
            part.default = language
        for name, words in (("options_metavar", _OPTIONS), ("subcommand_metavar", _COMMANDS)):
            if getattr(part, name, None) == words:
                setattr(part, name, translate(words, language))


def _described(command: Any) -> Iterator[Any]:
    yield command
    yield command.get_help_option(typer.Context(command))
    yield from (parameter for parameter in command.params if hasattr(parameter, "help"))
    for below in getattr(command, "commands", {}).values():
        yield from _described(below)


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n")).strip()


def translate_typer() -> None:
    """Show the words and errors of typer itself in Chinese: it looks them up when it is imported, before a language is known."""
    texts = i18n.chinese_texts()
    typer.core._ = lambda message: texts.get(message, message)  # type: ignore[attr-defined]
    for name, text in vars(typer.rich_utils).items():
        if name.isupper() and isinstance(text, str) and text in texts:
            setattr(typer.rich_utils, name, texts[text])
    HelpFormatter.write_usage = partialmethod(_write_usage, prefix=texts[_USAGE])  # type: ignore[assignment]
    _TyperParameter.display_type = _display_type_in_chinese  # type: ignore[assignment,method-assign]
    typer.rich_utils.rich_format_error = _format_error_in_chinese  # type: ignore[assignment]


_write_usage, _display_type, _format_error = (
    HelpFormatter.write_usage,
    _TyperParameter.display_type,
    typer.rich_utils.rich_format_error,
)


def _display_type_in_chinese(parameter: Any, ctx: Any) -> str:
    return translate(_display_type(parameter, ctx), CHINESE)


def _format_error_in_chinese(error: Any) -> None:
    message = error_in_chinese(error.format_message())
    error.format_message = lambda: message
    _format_error(error)


def error_in_chinese(message: str) -> str:
    """Return an error of typer, or of pydantic within it, in Chinese; any other message as it is."""
    texts = i18n.chinese_texts()
    for sentence in (*_ERRORS, *(text for text in texts if text.startswith("Input should be "))):
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(sentence))
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return translate(
                sentence, CHINESE, {name: error_in_chinese(part) for name, part in found.groupdict().items()}
            )
    return message
