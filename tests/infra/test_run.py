"""The one door does again only what changed, and says what went wrong."""

import ast
import sys
from pathlib import Path

import pytest

import run


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one source and one result."""
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(run, "LOG", tmp_path / "setup.log")
    (tmp_path / "setup.log").touch()
    (tmp_path / "source").write_text("one")
    (tmp_path / "result").write_text("made")
    return tmp_path


def is_fresh(project: Path) -> bool:
    return run.is_fresh("result", run.fingerprint([project / "source"]), project / "result")


def test_a_result_is_fresh_only_after_its_stamp(project: Path) -> None:
    assert not is_fresh(project)
    run.stamp("result", run.fingerprint([project / "source"]))
    assert is_fresh(project)


def test_a_changed_source_makes_its_result_stale_until_it_is_changed_back(project: Path) -> None:
    run.stamp("result", run.fingerprint([project / "source"]))
    (project / "source").write_text("two")
    assert not is_fresh(project)
    (project / "source").write_text("one")
    assert is_fresh(project)


def test_a_removed_result_is_made_again(project: Path) -> None:
    run.stamp("result", run.fingerprint([project / "source"]))
    (project / "result").unlink()
    assert not is_fresh(project)


def test_a_renamed_source_counts_as_changed(project: Path) -> None:
    before = run.fingerprint([project / "source"])
    (project / "source").rename(project / "other")
    assert run.fingerprint([project / "other"]) != before


def test_a_failed_step_shows_the_end_of_its_log(project: Path) -> None:
    with pytest.raises(run.SetupError, match=r"(?s)Trying failed.*no such thing"):
        run.step("Trying", [sys.executable, "-c", "raise SystemExit('no such thing')"], project)


def test_an_old_python_is_told_which_one_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "OLDEST", (99, 0))
    assert run.main() == 1
    assert "needs Python 3.11 or newer" in capsys.readouterr().err


def test_it_needs_the_standard_library_alone_and_an_old_python_can_read_it() -> None:
    tree = ast.parse(Path(run.__file__).read_text(), feature_version=(3, 7))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names


def test_clean_keeps_what_people_wrote_unless_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, data = project / "venv", project / "data"
    for name in ("AZURITE", "PAGE"):
        monkeypatch.setattr(run, name, project / name)
    monkeypatch.setattr(run, "VENV", made)
    monkeypatch.setattr(run, "DATA", data)
    made.mkdir()
    data.mkdir()
    assert run.clean(with_data=False) == 0
    assert (made.exists(), data.exists()) == (False, True)
    assert run.clean(with_data=True) == 0
    assert not data.exists()
