"""The tokenizer of ImageBot: CLIP's way of cutting words, with a vocabulary learnt from our captions."""

import random
import string

from transformers import CLIPTokenizer

from engine.training.images.captions import caption
from engine.training.images.scenes import random_scene

VOCABULARY = 900
PROMPT_TOKENS = 32  # room for a polite sentence; longer prompts are cut
SAMPLES = 6000


def train_tokenizer(seed: int) -> CLIPTokenizer:
    """Single letters are in it too, so that words never seen are spelled rather than lost."""
    rng = random.Random(seed)
    texts = [caption(random_scene(rng), rng) for _ in range(SAMPLES)]
    texts.append(" ".join(string.ascii_lowercase + string.digits + string.punctuation))
    untrained = CLIPTokenizer()
    tokenizer: CLIPTokenizer = untrained.train_new_from_iterator(texts, VOCABULARY)
    tokenizer.model_max_length = PROMPT_TOKENS
    return tokenizer
