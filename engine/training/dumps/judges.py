"""What needs a package or a model to say of a text: its language, its length in tokens, whether it is toxic."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from engine import dialects
from engine.dialects import CountTokens, Dialect
from engine.training.dumps.rules import Rules
from engine.training.problems import TrainingError

_TEXTS_AT_ONCE: Final = 32
# How models call the class that says that nothing is wrong; LABEL_0 is a first class without a name.
_HARMLESS: Final = frozenset({"label_0", "neutral", "non-toxic", "non_toxic", "nontoxic", "not toxic", "normal", "ok"})

AreToxic = Callable[[Sequence[str]], list[bool]]


class JudgeError(TrainingError):
    """A judge that was asked for is not there."""


@dataclass(frozen=True)
class Judges:
    """None for each that no rule asks for."""

    language: Callable[[str], str] | None = None
    count_tokens: CountTokens | None = None
    are_toxic: AreToxic | None = None

    @classmethod
    def of(cls, rules: Rules, dialect: Dialect) -> Self:
        """Loads what the rules name. Raises JudgeError."""
        return cls(
            language=_language() if rules.language else None,
            count_tokens=_token_counter(rules.tokenizer, dialect) if rules.tokenizer else None,
            are_toxic=_toxicity(rules.toxicity_model, rules.max_toxicity) if rules.toxicity_model else None,
        )


def _language() -> Callable[[str], str]:
    try:
        import py3langid  # an optional package; it unpacks its model on import
    except ImportError:
        raise JudgeError("--language needs the package py3langid.") from None
    return lambda text: str(py3langid.classify(text)[0])


def _token_counter(name: str, dialect: Dialect) -> CountTokens:
    """Counts as the trained model will: each tag is one token."""
    from transformers import AutoTokenizer  # takes seconds to load

    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise JudgeError(f"--tokenizer {name} cannot be loaded: {_first_line(error)}") from None
    tokenizer.add_tokens([tag for tag in dialects.tags(dialect) if tag not in tokenizer.get_vocab()])
    return lambda text: len(tokenizer(text, verbose=False).input_ids)


def _toxicity(name: str, limit: float) -> AreToxic:
    """A text is toxic where any class but a harmless one is above the limit."""
    import torch  # like the next it takes seconds to load
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
        model = AutoModelForSequenceClassification.from_pretrained(name).eval()
    except (OSError, ValueError) as error:
        raise JudgeError(f"--toxicity-model {name} cannot be loaded: {_first_line(error)}") from None
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device)
    labels = model.config.id2label
    bad = [index for index, label in labels.items() if str(label).lower() not in _HARMLESS or len(labels) == 1]
    is_exclusive = model.config.problem_type == "single_label_classification" or (
        model.config.problem_type is None and len(labels) > 1
    )

    @torch.inference_mode()
    def are_toxic(texts: Sequence[str]) -> list[bool]:
        found: list[bool] = []
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            part = list(texts[start : start + _TEXTS_AT_ONCE])
            longest = min(tokenizer.model_max_length, model.config.max_position_embeddings)
            encoded = tokenizer(part, return_tensors="pt", padding=True, truncation=True, max_length=longest).to(device)
            logits = model(**encoded).logits  # (text, class)
            scores = logits.softmax(-1) if is_exclusive else logits.sigmoid()
            found += (scores[:, bad].amax(-1) > limit).tolist()
        return found

    return are_toxic


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
