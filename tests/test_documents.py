"""The documents tell the truth about what can be checked."""

import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from engine.settings import Settings as EngineSettings
from hub.admin.commands import parser
from hub.settings import Settings as HubSettings
from infra.local import LocalSettings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def names(settings: type[BaseSettings]) -> set[str]:
    prefix = settings.model_config.get("env_prefix", "")
    return {
        field.validation_alias if isinstance(field.validation_alias, str) else f"{prefix}{name}".upper()
        for name, field in settings.model_fields.items()
    }


@pytest.mark.parametrize("settings", [HubSettings, EngineSettings, LocalSettings])
def test_every_setting_is_in_the_readme(settings: type[BaseSettings]) -> None:
    assert {name for name in names(settings) if f"`{name}`" not in README} == set()


def test_the_readme_names_no_setting_that_is_gone() -> None:
    told = set(re.findall(r"`((?:HUB|ENGINE|AZURE|AZURITE|PLAYHOUSE)_[A-Z_]+)`", README))
    assert told <= names(HubSettings) | names(EngineSettings) | names(LocalSettings)


def test_every_command_of_an_administrator_is_in_the_readme() -> None:
    commands = re.findall(r"^    ([a-z-]+)", parser(None).format_help(), re.MULTILINE)
    assert "make-admin" in commands
    assert [command for command in commands if not re.search(rf"`{command}[ `]", README)] == []


def test_every_folder_and_file_of_the_readmes_tree_is_there() -> None:
    tree = README.split("## The tree")[1].split("```")[1]
    folder = Path()
    for line in filter(None, tree.splitlines()):
        name = line.split()[0]
        if not line.startswith(" "):
            folder = Path(name)
        path = ROOT / name if not line.startswith(" ") else ROOT / folder / name
        assert path.exists(), path


@pytest.mark.parametrize(
    "document", ["README.md", "SECURITY.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "DECISIONS.md", "BENCHMARKS.md"]
)
def test_every_link_between_the_documents_leads_somewhere(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if not link.startswith("http")]
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_architecture_names_only_files_that_are_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    files = re.findall(r"`((?:contracts|hub|engine|frontend|infra|tests)/[\w./-]+)`", text)
    assert files
    assert [file for file in files if not (ROOT / file).exists()] == []
