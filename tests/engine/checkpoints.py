"""Models with random weights, small enough for a test, as folders that an engine loads."""

from collections.abc import Sequence
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    PixArtAlphaPipeline,
    PixArtTransformer2DModel,
    PNDMScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from diffusers.pipelines.stable_diffusion import StableDiffusionSafetyChecker
from transformers import (
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTokenizer,
    T5Config,
    T5EncoderModel,
    ViTConfig,
    ViTForImageClassification,
    ViTImageProcessorPil,
)

IMAGEBOT = Path(__file__).parents[2] / "engine" / "bots" / "ImageBot"


def save_stable_diffusion(
    folder: Path,
    *,
    channels: Sequence[int] = (8, 16),
    steps_as_asked: bool = False,
    has_checker: bool = False,
    safetensors: bool = True,
) -> Path:
    """The classes of Stable Diffusion 1.5, made for 256 x 256 pixels. The checker, if any, objects to everything."""
    torch.manual_seed(0)
    tokenizer = CLIPTokenizer.from_pretrained(IMAGEBOT / "tokenizer")
    text = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=tokenizer.model_max_length,
        eos_token_id=tokenizer.eos_token_id,
    )
    noise = {"steps_offset": 1, "beta_schedule": "scaled_linear"}
    sampler = (
        DDIMScheduler(clip_sample=False, **noise) if steps_as_asked else PNDMScheduler(skip_prk_steps=True, **noise)
    )
    StableDiffusionPipeline(
        vae=_autoencoder(),
        text_encoder=CLIPTextModel(text),
        tokenizer=tokenizer,
        unet=UNet2DConditionModel(
            sample_size=32,
            block_out_channels=tuple(channels),
            layers_per_block=1,
            norm_num_groups=4,
            down_block_types=("CrossAttnDownBlock2D",) * (len(channels) - 1) + ("DownBlock2D",),
            up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * (len(channels) - 1),
            cross_attention_dim=32,
            attention_head_dim=4,
        ),
        scheduler=sampler,
        safety_checker=_checker() if has_checker else None,
        feature_extractor=CLIPImageProcessorPil(size={"shortest_edge": 8}, crop_size=8) if has_checker else None,
        requires_safety_checker=has_checker,
    ).save_pretrained(folder, safe_serialization=safetensors)
    return folder


def save_pixart(folder: Path) -> Path:
    """A transformer in place of the U-Net; its pipeline has no form that begins with a picture."""
    torch.manual_seed(0)
    tokenizer = CLIPTokenizer.from_pretrained(IMAGEBOT / "tokenizer")
    text = T5Config(vocab_size=len(tokenizer), d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
    PixArtAlphaPipeline(
        tokenizer=tokenizer,
        text_encoder=T5EncoderModel(text),
        vae=_autoencoder(),
        transformer=PixArtTransformer2DModel(
            sample_size=32,
            num_attention_heads=2,
            attention_head_dim=8,
            out_channels=8,
            num_layers=1,
            cross_attention_dim=16,
            caption_channels=16,
            norm_num_groups=4,
        ),
        scheduler=DDIMScheduler(),
    ).save_pretrained(folder)
    return folder


def save_classifier(folder: Path, labels: Sequence[str], winner: str) -> Path:
    """An image classifier that says the same of every picture."""
    named = dict(enumerate(labels))
    config = ViTConfig(
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        image_size=32,
        patch_size=16,
        id2label=named,
        label2id={label: number for number, label in named.items()},
    )
    model = ViTForImageClassification(config)
    weights = model.classifier.state_dict() | {"bias": torch.tensor([100.0 * (label == winner) for label in labels])}
    model.classifier.load_state_dict(weights)
    model.save_pretrained(folder)
    ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def _autoencoder() -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(8, 8, 8, 8),
        norm_num_groups=4,
        latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
    )


def _checker() -> StableDiffusionSafetyChecker:
    sizes = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    vision = sizes | {"image_size": 8, "patch_size": 4}
    checker = StableDiffusionSafetyChecker(CLIPConfig(text_config=sizes, vision_config=vision, projection_dim=8))
    torch.nn.init.constant_(checker.concept_embeds_weights, -1)
    return checker
