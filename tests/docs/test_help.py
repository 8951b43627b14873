"""Every command explains itself and every option it takes."""

import pytest
import typer

from whosecopy.cli import run
from whosecopy.cli.app import app

COMMANDS = typer.main.get_command(app).commands
GROUPS = {name: command.commands for name, command in COMMANDS.items() if hasattr(command, "commands")}
PROMISED = {
    "demo", "init", "forecast", "seal", "suggest", "lint", "documents", "copy", "trace", "verify", "approve", "reveal",
    "assess", "log", "backup", "restore", "bench",
}  # fmt: skip


def help_of(capsys, *arguments):
    assert run([*arguments]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return said.out


@pytest.mark.parametrize("call", [("--help",), ()])
def test_the_program_lists_its_commands(call, capsys):
    said = help_of(capsys, *call)
    assert COMMANDS.keys() >= PROMISED
    assert all(f"  {name} " in said for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_names_every_option_and_says_what_it_is_for(name, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    said = help_of(capsys, name, "--help")
    assert f"whosecopy {name}" in said
    for parameter in COMMANDS[name].params:
        if parameter.param_type_name == "option":
            assert all(option in said for option in parameter.opts)
        assert getattr(parameter, "help", "--help")


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_alone_lists_its_commands(name, capsys):
    said = help_of(capsys, name)
    assert f"whosecopy {name}" in said
    assert "..." not in said.replace("[ARGS]...", ""), "a line is cut"
    assert all(f"  {command} " in said for command in GROUPS[name])


@pytest.mark.parametrize(("group", "name"), [(group, name) for group in GROUPS for name in GROUPS[group]])
def test_a_command_of_a_group_says_what_its_options_are_for(group, name, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    said = help_of(capsys, group, name, "--help")
    for parameter in GROUPS[group][name].params:
        if parameter.param_type_name == "option":
            assert all(option in said for option in parameter.opts)
        assert getattr(parameter, "help", "--help")


def test_the_version_is_printed(capsys):
    assert help_of(capsys, "--version").startswith("whosecopy 0.")


@pytest.mark.parametrize(
    ("call", "where"),
    [
        (("trace", "leak.txt", "--alpha", "2"), "whosecopy trace --help"),
        (("people", "policy", "0"), "whosecopy people policy --help"),
        (("nonsense",), "whosecopy --help"),
    ],
)
def test_bad_usage_says_where_the_right_one_is_explained(call, where, capsys):
    assert run([*call]) == 2
    assert capsys.readouterr().err.endswith(f"(see {where})\n")
