"""Low-rank adaptation (Hu et al., 2021): few numbers are trained beside weights that stay, and merged in the end."""

from collections.abc import Sequence
from typing import Final

from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from torch import nn
from transformers import GPT2LMHeadModel

from engine.training.checkpoints import Weights

# GPT-2's attention and feed-forward weights.
TARGETS: Final = ("c_attn", "c_proj", "c_fc")
DROPOUT: Final = 0.05
TIED: Final = "lm_head.weight"


def added(model: GPT2LMHeadModel, rank: int, new_tokens: Sequence[int]) -> PeftModel:
    """The model with adapters of this rank; of its embeddings only those of `new_tokens` are trained."""
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=rank,
        lora_alpha=2 * rank,
        lora_dropout=DROPOUT,
        target_modules=list(TARGETS),
        fan_in_fan_out=True,  # GPT-2 keeps its weights the other way round
        trainable_token_indices={"wte": list(new_tokens)} if new_tokens else None,
    )
    return get_peft_model(model, config)


def merged(model: nn.Module) -> GPT2LMHeadModel:
    """A plain GPT-2, whether adapters were trained or not."""
    plain = model.merge_and_unload() if isinstance(model, PeftModel) else model
    assert isinstance(plain, GPT2LMHeadModel)
    plain.tie_weights()
    return plain


def learnt(model: nn.Module) -> Weights:
    """The weights that a training changes."""
    if isinstance(model, PeftModel):
        return dict(get_peft_model_state_dict(model))
    return {name: tensor for name, tensor in model.state_dict().items() if name != TIED}


def restore(model: nn.Module, weights: Weights) -> None:
    """What `learnt` gave. Raises RuntimeError where it does not fit the model."""
    if isinstance(model, PeftModel):
        set_peft_model_state_dict(model, weights)
    else:
        missing = set(model.load_state_dict(weights, strict=False).missing_keys) - {TIED}
        if missing:
            raise RuntimeError(f"the checkpoint lacks {min(missing)}")
