"""Each wire type has one golden file that Python and TypeScript read alike."""

import json
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from contracts import schema

GOLDEN = Path(__file__).parents[1] / "golden" / "wire"
MODELS = {model.__name__: model for model in (*schema.SENT, *schema.RECEIVED)}


def golden(model: type[BaseModel]) -> str:
    return (GOLDEN / f"{model.__name__}.json").read_text(encoding="utf-8")


def plain(model: BaseModel) -> object:
    secrets = {name: value.get_secret_value() for name, value in model.__dict__.items() if isinstance(value, SecretStr)}
    return json.loads(model.model_dump_json()) | secrets


def test_every_wire_type_has_a_golden_file_and_no_file_is_an_orphan() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(MODELS)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_reading_and_writing_a_golden_file_changes_nothing(model: type[BaseModel]) -> None:
    assert plain(model.model_validate_json(golden(model))) == json.loads(golden(model))


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_an_unknown_field_is_refused(model: type[BaseModel]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate({**json.loads(golden(model)), "surprise": 1})


def test_the_stored_schema_is_what_the_models_say() -> None:
    assert schema.PATH.read_text(encoding="utf-8") == schema.text()
