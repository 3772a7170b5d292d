"""Second stage: the text encoder and the denoiser learn together to turn noise and a caption into latents."""

import logging
import random
from collections.abc import Iterator
from itertools import chain

import torch
from diffusers import (
    AutoencoderTiny,
    DDIMScheduler,
    DDPMScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from diffusers.optimization import get_cosine_schedule_with_warmup
from diffusers.training_utils import EMAModel
from torch import Tensor
from torch.nn.functional import mse_loss
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from engine.aside import LastInLine
from engine.training.images.captions import caption
from engine.training.images.scenes import Scene

log = logging.getLogger(__name__)

BATCH = 64
LEARNING_RATE = 1.2e-3
# What has learnt already forgets at the full rate.
CONTINUED_LEARNING_RATE = 8e-4
AVERAGE_DECAY = 0.999
NO_CAPTION_SHARE = 0.1  # classifier-free guidance needs to know pictures without a caption
TEXT_WIDTH = 128
DIFFUSION_STEPS = 1000
# Zero terminal SNR (arXiv 2305.08891): the last step is pure noise, else no picture gets really dark or bright.
# It needs v-prediction, and a sampler that begins at that very step (trailing).
NOISE = {
    "num_train_timesteps": DIFFUSION_STEPS,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
}


def untrained(autoencoder: AutoencoderTiny, tokenizer: CLIPTokenizer, latents: Tensor) -> StableDiffusionPipeline:
    """A pipeline that has the autoencoder's eyes and knows no word yet; `latents` (n, channels, side, side)."""
    return _pipeline(autoencoder, tokenizer, _text_encoder(tokenizer), _unet(latents.shape[1], latents.shape[2]))


def train_denoiser(
    pipeline: StableDiffusionPipeline,
    latents: Tensor,  # (n, 8, 8, 8)
    scenes: list[Scene],
    steps: int,
    learning_rate: float,
    checkpoint_steps: int,
    seed: int,
) -> Iterator[StableDiffusionPipeline]:
    """Yields the pipeline with averaged weights every `checkpoint_steps` and at the end; save it before going on."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    tokenizer, text_encoder, unet = pipeline.tokenizer, pipeline.text_encoder.train(), pipeline.unet.train()
    parameters = list(chain(unet.parameters(), text_encoder.parameters()))
    optimizer = torch.optim.AdamW(parameters, lr=learning_rate, betas=(0.9, 0.98), weight_decay=1e-3)
    schedule = get_cosine_schedule_with_warmup(optimizer, min(100, steps // 10), steps)
    average = EMAModel(parameters, decay=AVERAGE_DECAY, foreach=True)
    noise = DDPMScheduler(**NOISE)
    loss_sum = 0.0
    line = LastInLine()
    for step in range(1, steps + 1):
        line.wait()
        chosen = torch.randint(len(latents), (BATCH,))
        ids = _caption_ids([scenes[i] for i in chosen.tolist()], tokenizer, rng)
        loss = _loss(unet, text_encoder, noise, latents[chosen], ids)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        average.step(parameters)
        loss_sum += loss.item()
        if step % 100 == 0:
            log.info("denoiser step %d of %d, loss %.4f", step, steps, loss_sum / 100)
            loss_sum = 0.0
        if step % checkpoint_steps == 0 or step == steps:
            average.store(parameters)
            average.copy_to(parameters)
            yield pipeline
            average.restore(parameters)


def _text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=TEXT_WIDTH,
        intermediate_size=2 * TEXT_WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=tokenizer.model_max_length,
        projection_dim=TEXT_WIDTH,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return CLIPTextModel(config)


def _unet(channels: int, side: int) -> UNet2DConditionModel:
    """Looks at the text at half the latents' resolution and in the middle only, where it is cheap."""
    return UNet2DConditionModel(
        sample_size=side,
        in_channels=channels,
        out_channels=channels,
        block_out_channels=(96, 160),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=TEXT_WIDTH,
        attention_head_dim=4,
        norm_num_groups=16,
    )


def _caption_ids(scenes: list[Scene], tokenizer: CLIPTokenizer, rng: random.Random) -> Tensor:  # (batch, tokens)
    captions = ["" if rng.random() < NO_CAPTION_SHARE else caption(scene, rng) for scene in scenes]
    ids: Tensor = tokenizer(captions, padding="max_length", truncation=True, return_tensors="pt").input_ids
    return ids


def _loss(
    unet: UNet2DConditionModel, text_encoder: CLIPTextModel, noise: DDPMScheduler, latents: Tensor, ids: Tensor
) -> Tensor:
    times = torch.randint(DIFFUSION_STEPS, (len(latents),))
    noises = torch.randn_like(latents)
    noised = noise.add_noise(latents, noises, times)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        predicted = unet(noised, times, text_encoder(ids)[0]).sample
    return mse_loss(predicted.float(), noise.get_velocity(latents, noises, times))


def _pipeline(
    autoencoder: AutoencoderTiny, tokenizer: CLIPTokenizer, text_encoder: CLIPTextModel, unet: UNet2DConditionModel
) -> StableDiffusionPipeline:
    sampler = DDIMScheduler(
        **NOISE, timestep_spacing="trailing", steps_offset=1, clip_sample=False, set_alpha_to_one=True
    )
    return StableDiffusionPipeline(
        vae=autoencoder,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=sampler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
