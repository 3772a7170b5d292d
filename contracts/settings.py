"""How a process reads its settings: once, from the environment and an optional `.env`; a bad one stops the start."""

from typing import Self, get_args

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(ValueError):
    """The process cannot start; each line names a setting, its value, and what is wrong."""


class ProcessSettings(BaseSettings):
    """Base of the settings of hub and engine."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    @classmethod
    def read(cls) -> Self:
        """Raises SettingsError."""
        try:
            return cls()
        except ValidationError as error:
            raise SettingsError("\n".join(cls._sentences(error))) from None

    def told(self) -> list[str]:
        """`NAME = value` for each setting; of a secret only that it is there."""
        return [f"{self._environment_name(field)} = {getattr(self, field)}" for field in type(self).model_fields]

    @classmethod
    def _environment_name(cls, field: str) -> str:
        alias = cls.model_fields[field].validation_alias
        return alias if isinstance(alias, str) else f"{cls.model_config.get('env_prefix', '')}{field}".upper()

    @classmethod
    def _sentences(cls, error: ValidationError) -> list[str]:
        fields = {cls._environment_name(field).lower(): field for field in cls.model_fields}
        sentences = []
        for each in error.errors():
            said = each["msg"].removeprefix("Value error, ")
            if not each["loc"]:
                sentences.append(said)
                continue
            name = str(each["loc"][0])
            field = name if name in cls.model_fields else fields.get(name.lower(), "")
            value = "(secret)" if cls._is_secret(field) else repr(each["input"])
            sentences.append(f"{cls._environment_name(field) if field else name} = {value}: {said}")
        return sentences

    @classmethod
    def _is_secret(cls, field: str) -> bool:
        annotation = cls.model_fields[field].annotation if field else None
        return SecretStr in (annotation, *get_args(annotation)) or "SecretStr" in str(annotation)
