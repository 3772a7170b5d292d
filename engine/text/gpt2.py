"""GPT-2's own decode loop over its weights: rows in one cache, no padding of prompts, a step for all rows at once."""

from collections.abc import Callable, Sequence
from typing import Final, cast

import torch
from torch.nn.functional import gelu, layer_norm, pad, scaled_dot_product_attention
from transformers import GPT2LMHeadModel
from transformers.models.gpt2.modeling_gpt2 import GPT2Block
from transformers.pytorch_utils import Conv1D

from engine.text.adapters import Adapted, Adapter, read_adapter
from engine.text.decoder import remaining
from engine.text.linear import Linear

# The cache grows by doubling, from so many rows and so many tokens.
FEWEST_ROWS: Final = 4
# Attention looks at whole spans, so that a row's own sums come out alike whatever the length of its company.
SPAN: Final = 64
# A few MiB each.
MOST_ADAPTERS: Final = 64

MakeLinear = Callable[[torch.Tensor, torch.Tensor | None], Linear]


class Block:
    """The weights of one layer."""

    def __init__(self, block: GPT2Block, make: MakeLinear) -> None:
        self.norm_1 = _norm(block.ln_1)
        self.qkv = _conv(block.attn.c_attn, make)
        self.out = _conv(block.attn.c_proj, make)
        self.norm_2 = _norm(block.ln_2)
        self.wide = _conv(block.mlp.c_fc, make)
        self.narrow = _conv(block.mlp.c_proj, make)

    @property
    def linears(self) -> dict[str, Adapted]:
        """By the names that they have in the model."""
        return {"attn.c_attn": self.qkv, "attn.c_proj": self.out, "mlp.c_fc": self.wide, "mlp.c_proj": self.narrow}


def fits(config: object) -> bool:
    """Whether a model is the GPT-2 that this loop knows, and not one of its variants."""
    wanted = {
        "model_type": ("gpt2",),
        "activation_function": ("gelu_new", "gelu_pytorch_tanh"),
        "scale_attn_weights": (True,),
        "scale_attn_by_inverse_layer_idx": (False,),
        "add_cross_attention": (False,),
    }
    return all(getattr(config, name, None) in values for name, values in wanted.items())


class Gpt2:
    """The cache: keys (layers, rows, heads, head width, tokens), values (layers, rows, heads, tokens, head width).

    So a query meets both in the order in which they lie in memory, which on a CPU is half of a step's time.
    """

    def __init__(self, model: GPT2LMHeadModel, make: MakeLinear) -> None:
        config, inner = model.config, model.transformer
        self._width = int(config.n_embd)
        self._heads = int(config.n_head)
        self._scale = (self._width // self._heads) ** -0.5
        self._epsilon = float(config.layer_norm_epsilon)
        self._words = inner.wte.weight.detach()  # (vocabulary, width)
        self._places = inner.wpe.weight.detach()  # (window, width)
        self._blocks = [Block(cast("GPT2Block", block), make) for block in inner.h]
        self._linears = {
            f"transformer.h.{layer}.{name}": linear
            for layer, block in enumerate(self._blocks)
            for name, linear in block.linears.items()
        }
        self._norm = _norm(inner.ln_f)
        self._head = make(model.lm_head.weight.detach(), None)
        self._weights_bytes = self._words.nbytes + self._places.nbytes + self._head.size_bytes
        self._weights_bytes += sum(linear.inner.size_bytes for linear in self._linears.values())
        self._device = self._words.device
        shape = (len(self._blocks), 0, self._heads, self._width // self._heads, 0)
        self._keys = torch.empty(shape, dtype=self._words.dtype, device=self._device)
        self._values = self._keys.transpose(3, 4)
        self._lengths: list[int] = []
        self._adapters: dict[str, Adapter] = {}
        self._adapted: list[str] = []

    @property
    def rows(self) -> int:
        return len(self._lengths)

    @property
    def size_bytes(self) -> int:
        """Weights, cache and adapters."""
        adapters = sum(adapter.size_bytes for adapter in self._adapters.values())
        return self._weights_bytes + self._keys.nbytes + self._values.nbytes + adapters

    @torch.inference_mode()
    def join(self, ids: Sequence[int], adapter: str) -> torch.Tensor:
        row = self.rows
        self._reserve(row + 1, len(ids))
        self._use([adapter])
        logits = self._read(ids, row, every=False)
        self._lengths.append(len(ids))
        self._adapted.append(adapter)
        return logits

    @torch.inference_mode()
    def score(self, ids: Sequence[int]) -> torch.Tensor:
        """The logits after each token of a text that does not join, (tokens, vocabulary)."""
        held = self._keys, self._values
        self._reserve(self.rows + 1, len(ids))
        self._use([""])
        logits = self._read(ids, self.rows, every=True)
        self._keys, self._values = held
        return logits

    @torch.inference_mode()
    def step(self, tokens: Sequence[int]) -> torch.Tensor:
        longest = max(self._lengths) + 1
        self._reserve(self.rows, longest)
        self._use(self._adapted)
        span = -(-longest // SPAN) * SPAN
        logits = self._decode(tokens, self._lengths, span)
        self._lengths = [length + 1 for length in self._lengths]
        return logits

    @torch.inference_mode()
    def drop(self, gone: Sequence[int]) -> None:
        order = remaining(self.rows, gone)
        for row, was in enumerate(order):
            if row != was:
                length = self._lengths[was]
                self._keys[:, row, :, :, :length] = self._keys[:, was, :, :, :length]
                self._values[:, row, :, :length] = self._values[:, was, :, :length]
        self._lengths = [self._lengths[was] for was in order]
        self._adapted = [self._adapted[was] for was in order]

    def _read(self, ids: Sequence[int], row: int, every: bool) -> torch.Tensor:
        """A whole text into a row; the logits after its last token, or after every one."""
        x = self._words[torch.tensor(ids, device=self._device)] + self._places[: len(ids)]  # (tokens, width)
        for layer, block in enumerate(self._blocks):
            query, key, value = self._parts(block, x)  # (heads, tokens, head width) each
            self._keys[layer, row, :, :, : len(ids)] = key.transpose(1, 2)
            self._values[layer, row, :, : len(ids)] = value
            is_short = layer == len(self._blocks) - 1 and not every
            if is_short:
                # Only the last token's answer is wanted, so above the last layer's keys and values there is only it.
                x, query = x[-1:], query[:, -1:]
            attended = scaled_dot_product_attention(query[None], key[None], value[None], is_causal=not is_short)[0]
            x = self._mixed(block, x, attended)
        return self._logits(x)

    def _decode(self, tokens: Sequence[int], places: Sequence[int], span: int) -> torch.Tensor:
        """One token of each row, the first `span` of the cache in sight."""
        return self._forward(torch.tensor(tokens, device=self._device), torch.tensor(places, device=self._device), span)

    def _forward(self, tokens: torch.Tensor, places: torch.Tensor, span: int) -> torch.Tensor:
        """On tensors, (rows,) each."""
        rows = len(tokens)
        each = torch.arange(rows, device=self._device)
        x = self._words[tokens] + self._places[places]  # (rows, width)
        unseen = torch.arange(span, device=self._device) > places[:, None]
        mask = torch.zeros(rows, 1, 1, span, dtype=x.dtype, device=self._device)
        mask.masked_fill_(unseen[:, None, None], float("-inf"))
        for layer, block in enumerate(self._blocks):
            query, key, value = self._parts(block, x)  # (heads, rows, head width) each
            keys, values = self._keys[layer, :rows], self._values[layer, :rows]
            keys[each, :, :, places] = key.transpose(0, 1)
            values[each, :, places] = value.transpose(0, 1)
            query = (query * self._scale).transpose(0, 1)[:, :, None]  # (rows, heads, 1, head width)
            shares = (query @ keys[..., :span]).add_(mask).softmax(-1)  # (rows, heads, 1, span)
            attended = shares @ values[:, :, :span]  # (rows, heads, 1, head width)
            x = self._mixed(block, x, attended[:, :, 0].transpose(0, 1))
        return self._logits(x)

    def _parts(self, block: Block, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Query, key and value of (tokens, width)."""
        qkv = block.qkv(self._normed(x, block.norm_1)).unflatten(1, (3, self._heads, -1))
        query, key, value = qkv.permute(1, 2, 0, 3)
        return query, key, value

    def _mixed(self, block: Block, x: torch.Tensor, attended: torch.Tensor) -> torch.Tensor:
        """What the layer adds to (tokens, width) after attention, (heads, tokens, head width)."""
        x = x + block.out(attended.transpose(0, 1).flatten(1))
        return x + block.narrow(gelu(block.wide(self._normed(x, block.norm_2)), approximate="tanh"))

    def _normed(self, x: torch.Tensor, norm: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        return layer_norm(x, (self._width,), *norm, self._epsilon)

    def _logits(self, x: torch.Tensor) -> torch.Tensor:
        return self._head(self._normed(x, self._norm)).float()

    def _use(self, adapters: Sequence[str]) -> None:
        """The adapter of each row for what comes next; "" is none."""
        if not self._adapters and not any(adapters):
            return
        for source in adapters:
            if source and source not in self._adapters:
                self._adapters[source] = read_adapter(source, self._linears, self._words)
                idle = [held for held in self._adapters if held not in {source, *self._adapted}]
                for held in idle[: len(self._adapters) - MOST_ADAPTERS]:
                    del self._adapters[held]
        for name, linear in self._linears.items():
            linear.choose(name, [self._adapters.get(source) for source in adapters])

    def _reserve(self, rows: int, tokens: int) -> None:
        """Room for so many rows of so many tokens; what is held stays."""
        _, had_rows, _, _, had_tokens = self._keys.shape
        if rows <= had_rows and tokens <= had_tokens:
            return
        more_rows = max(FEWEST_ROWS, 1 << (rows - 1).bit_length()) - had_rows if rows > had_rows else 0
        more_tokens = max(SPAN, 1 << (tokens - 1).bit_length()) - had_tokens if tokens > had_tokens else 0
        # Zeros, since what is masked still takes part in the sums, and nothing times infinity is no number.
        keys = pad(self._keys, (0, more_tokens, 0, 0, 0, 0, 0, more_rows))
        self._values = pad(self._values, (0, 0, 0, more_tokens, 0, 0, 0, more_rows))
        self._keys = keys


def _norm(norm: torch.nn.LayerNorm) -> tuple[torch.Tensor, torch.Tensor]:
    return norm.weight.detach(), norm.bias.detach()


def _conv(conv: Conv1D, make: MakeLinear) -> Adapted:
    """GPT-2 keeps its linear layers transposed."""
    return Adapted(make(conv.weight.detach().t().contiguous(), conv.bias.detach()))
