"""A GPT-2 with random weights: what its words mean does not matter to how quickly they come."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

SEED: Final = 1
END: Final = "<|endoftext|>"


@dataclass(frozen=True)
class Shape:
    layers: int
    width: int
    heads: int
    vocabulary: int

    @property
    def weights_per_token(self) -> int:
        """How many weights a model alone with one text reads for each token: its matrices, the head among them."""
        return self.layers * 12 * self.width**2 + self.vocabulary * self.width


# The smallest of the family, 124 M parameters; and one of which nothing but its working is asked.
GPT2: Final = Shape(layers=12, width=768, heads=12, vocabulary=50257)
TINY: Final = Shape(layers=2, width=64, heads=4, vocabulary=1031)


@contextmanager
def model_folder(shape: Shape) -> Iterator[Path]:
    """A folder with room for what a way makes of it; gone afterwards."""
    with TemporaryDirectory(prefix="playhouse-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        make_model(folder / "model", shape)
        yield folder / "model"


def make_model(folder: Path, shape: Shape) -> None:
    """Model and tokenizer as transformers saves them. The model ends no text by itself."""
    transformers.utils.logging.disable_progress_bar()
    torch.manual_seed(SEED)
    config = GPT2Config(
        vocab_size=shape.vocabulary,
        n_embd=shape.width,
        n_layer=shape.layers,
        n_head=shape.heads,
        bos_token_id=None,
        eos_token_id=None,
    )
    GPT2LMHeadModel(config).save_pretrained(folder)
    _tokenizer(shape.vocabulary).save_pretrained(folder)


def _tokenizer(vocabulary: int) -> PreTrainedTokenizerFast:
    """As large as the model's vocabulary; beyond single bytes its words are never read, only written."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = [*letters, *(f"word{number}" for number in range(vocabulary - len(letters) - 1)), END]
    tokenizer = Tokenizer(models.BPE(vocab={word: number for number, word in enumerate(words)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    # CTranslate2 reads no model whose tokenizer lacks one of the three.
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=END, eos_token=END, unk_token=END)
