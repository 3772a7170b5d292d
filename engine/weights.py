"""What a model consists of, told from the names and headers of its files: no weights are read."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import LocalEntryNotFoundError
from pydantic import BaseModel, NonNegativeInt, TypeAdapter

from contracts.bots import BotKind
from engine.packaged import located

# What a folder is loaded as: by a kind of bot, or beside one as its LoRA adapter or as the judge of its pictures.
Layout = BotKind | Literal["adapter", "classifier"]
# What a folder needs beside its weights, and the names of files of which one is enough for it.
Needs = dict[str, tuple[str, ...]]

# The names that transformers, diffusers and peft save under, in the order in which they look for them.
_STEMS: Final = ("model", "diffusion_pytorch_model", "adapter_model")
_WEIGHTS: Final = tuple(f"{stem}.safetensors" for stem in _STEMS)
_PICKLED: Final = ("pytorch_model.bin", "adapter_model.bin")
_CONFIG: Final[Needs] = {"config.json": ("config.json",)}
_TOKENIZER: Final[Needs] = {
    "a tokenizer": ("tokenizer.json", "vocab.json", "tokenizer.model", "spiece.model", "vocab.txt")
}
_EYES: Final[Needs] = {"preprocessor_config.json": ("preprocessor_config.json", "processor_config.json")}
_NEEDED: Final[dict[Layout, Needs]] = {
    "gpt2": _CONFIG | _TOKENIZER,
    "chat": _CONFIG | _TOKENIZER,
    "vision": _CONFIG | _TOKENIZER | _EYES,
    "adapter": {"adapter_config.json": ("adapter_config.json",)},
    "classifier": _CONFIG | _EYES,
}
# Loaded in the number type of the device, whatever they were saved in; integers stay as they are.
_CAST: Final = frozenset({"F64", "F32", "F16", "BF16"})
# The format's own limit, against a file that only looks like one.
_LONGEST_HEADER_BYTES: Final = 100_000_000


class _Tensor(BaseModel):
    dtype: str
    shape: tuple[NonNegativeInt, ...]
    data_offsets: tuple[NonNegativeInt, NonNegativeInt]


class _Shards(BaseModel):
    weight_map: dict[str, str]


_HEADER: Final = TypeAdapter(dict[str, _Tensor | dict[str, str]])
_PIPELINE: Final = TypeAdapter(dict[str, object])


def place_of(source: str) -> Path | None:
    """A model's folder or file, or the folder of a hub's model in the local cache; None when it would be fetched.

    Raises ValueError for what cannot be the id of a model, and ModelUnavailableError for a package that is missing.
    """
    place = Path(located(source))
    if place.is_dir() or place.is_file():
        return place
    try:
        return Path(str(snapshot_download(source, local_files_only=True)))
    except LocalEntryNotFoundError:
        return None


def missing_from(place: Path, layout: Layout) -> list[str]:
    """What a loader would look for in vain, in words. A single file has all in it."""
    if place.is_file():
        return []
    try:
        files = weight_files(place, layout)
        present = {file.name for file in place.iterdir()}
        gone = [file.relative_to(place).as_posix() for file in files if not file.is_file()]
    except OSError as error:
        return [Path(error.filename or place).name]
    except ValueError:
        return ["an index of its files that can be read"]
    missing = [what for what, names in _NEEDED.get(layout, {}).items() if present.isdisjoint(names)]
    return [*missing, *(gone if files else ["weights"])]


def weight_files(place: Path, layout: Layout) -> list[Path]:
    """The files that a loader would read, there or not. Raises OSError or ValueError when an index is unreadable."""
    if place.is_file():
        return [place]
    if layout == "classifier":
        return _weights_in(place)
    if layout != "diffusion":
        return _weights_in(place) or _pickled_in(place)
    files = []
    for name, made_by in _PIPELINE.validate_json((place / "model_index.json").read_bytes()).items():
        # A part is named with its library and class; the rest of the index are switches, and parts that are left out.
        if isinstance(made_by, list) and None not in made_by:
            files += _part_of_pipeline(place / name, made_by[0] == "transformers")
    return files


def loaded_bytes(file: Path, dtype: torch.dtype) -> int:
    """What the weights in a file will take in memory. Raises OSError or ValueError when it is broken.

    Of a pickle only its size is known, for to look into it would be to run it.
    """
    if file.suffix == ".safetensors":
        return _safetensors_bytes(file, dtype)
    if file.suffix == ".gguf":
        return _gguf_parameters(file) * dtype.itemsize
    return file.stat().st_size


def _weights_in(folder: Path) -> list[Path]:
    return _first_of(folder, _WEIGHTS)


def _pickled_in(folder: Path) -> list[Path]:
    return _first_of(folder, _PICKLED)


def _first_of(folder: Path, names: Iterable[str]) -> list[Path]:
    for name in names:
        if (folder / name).is_file():
            return [folder / name]
        index = folder / f"{name}.index.json"
        if index.is_file():
            shards = _Shards.model_validate_json(index.read_bytes()).weight_map.values()
            return [folder / shard for shard in sorted(set(shards))]
    return []


def _part_of_pipeline(folder: Path, is_of_transformers: bool) -> list[Path]:
    """A model among the parts has a `config.json`; samplers and tokenizers have files of other names."""
    if not folder.is_dir():
        return [folder]
    if not (folder / "config.json").is_file():
        return []
    return _weights_in(folder) or [folder / (_WEIGHTS[0] if is_of_transformers else _WEIGHTS[1])]


def _safetensors_bytes(file: Path, dtype: torch.dtype) -> int:
    """A file is the length of its header in 8 bytes, the header as JSON, and the numbers one tensor after another.

    https://huggingface.co/docs/safetensors/index#format
    """
    with file.open("rb") as opened:
        header_bytes = int.from_bytes(opened.read(8), "little")
        if header_bytes > _LONGEST_HEADER_BYTES:
            raise ValueError(f"{file.name} is broken")
        header = _HEADER.validate_json(opened.read(header_bytes))
    tensors = [tensor for tensor in header.values() if isinstance(tensor, _Tensor)]
    numbers_bytes = max((tensor.data_offsets[1] for tensor in tensors), default=0)
    if file.stat().st_size != 8 + header_bytes + numbers_bytes:
        raise ValueError(f"{file.name} is not complete")
    return sum(_tensor_bytes(tensor, dtype) for tensor in tensors)


def _tensor_bytes(tensor: _Tensor, dtype: torch.dtype) -> int:
    if tensor.dtype not in _CAST:
        return tensor.data_offsets[1] - tensor.data_offsets[0]
    return math.prod(tensor.shape) * dtype.itemsize


def _gguf_parameters(file: Path) -> int:
    """Quantized weights are unpacked when they are loaded, so their number counts and not their size."""
    try:
        # Only who has a model in this format needs the package.
        from gguf import GGUFReader
    except ImportError as error:
        raise ValueError(f"{file.name} needs the package gguf") from error
    try:
        return sum(int(tensor.n_elements) for tensor in GGUFReader(file).tensors)
    except (IndexError, KeyError) as error:
        raise ValueError(f"{file.name} is broken") from error
