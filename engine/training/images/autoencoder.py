"""First stage: an autoencoder that folds a picture of 64×64 pixels into 8×8 latents and back."""

import logging

import torch
from diffusers import AutoencoderTiny
from diffusers.optimization import get_cosine_schedule_with_warmup
from torch import Tensor
from torch.nn.functional import l1_loss, mse_loss

from engine.aside import LastInLine
from engine.training.images.pictures import as_floats

log = logging.getLogger(__name__)

CHANNELS = 40
LATENT_CHANNELS = 8
BATCH = 32
LEARNING_RATE = 2e-3
LATENT_NOISE = 0.08  # makes the decoder forgive what the denoiser does not get quite right
ENCODED_AT_ONCE = 200


def train_autoencoder(pictures: Tensor, steps: int, seed: int) -> AutoencoderTiny:
    """Trains on byte pictures (n, 3, 64, 64); its scaling factor brings the latents to unit variance.

    Convolutions and ReLU alone: with group norms the same size stayed blurred after as many steps on a CPU.
    """
    torch.manual_seed(seed)
    model = AutoencoderTiny(
        latent_channels=LATENT_CHANNELS,
        encoder_block_out_channels=(CHANNELS,) * 4,
        decoder_block_out_channels=(CHANNELS,) * 4,
        num_encoder_blocks=(0, 1, 2, 2),
        num_decoder_blocks=(3, 3, 1, 0),
        scaling_factor=1.0,
    ).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.99), weight_decay=0)
    schedule = get_cosine_schedule_with_warmup(optimizer, min(50, steps // 10), steps)
    line = LastInLine()
    for step in range(1, steps + 1):
        line.wait()
        batch = as_floats(pictures[torch.randint(len(pictures), (BATCH,))])
        loss = _loss(model, batch.contiguous(memory_format=torch.channels_last))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0 or step == steps:
            log.info("autoencoder step %d of %d, loss %.4f", step, steps, loss.item())
    model.eval()
    model.register_to_config(scaling_factor=1 / encode(model, pictures[:2000]).std().item())
    return model


@torch.no_grad()
def encode(model: AutoencoderTiny, pictures: Tensor) -> Tensor:  # (n, 8, 8, 8)
    """The latents of byte pictures, scaled as the denoiser sees them."""
    latents: list[Tensor] = []
    for chunk in torch.split(pictures, ENCODED_AT_ONCE):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            latents.append(model.encode(as_floats(chunk)).latents.float())
    factor: float = model.config.scaling_factor
    return torch.cat(latents) * factor


@torch.no_grad()
def fidelity_db(model: AutoencoderTiny, pictures: Tensor) -> float:
    """Peak signal-to-noise ratio of byte pictures after encoding and decoding."""
    wanted = as_floats(pictures)
    decoded = model.decode(encode(model, pictures) / model.config.scaling_factor).sample.clamp(-1, 1)
    return float(10 * torch.log10(4 / mse_loss(decoded, wanted)))


def _loss(model: AutoencoderTiny, pictures: Tensor) -> Tensor:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        latents = model.encode(pictures).latents
        decoded = model.decode(latents + LATENT_NOISE * torch.randn_like(latents)).sample
    decoded, latents = decoded.float(), latents.float()
    pixels = l1_loss(decoded, pictures) + mse_loss(decoded, pictures)
    across, down = (l1_loss(decoded.diff(dim=dim), pictures.diff(dim=dim)) for dim in (3, 2))
    loss: Tensor = pixels + 0.5 * (across + down) + 2e-3 * latents.square().mean()
    return loss
