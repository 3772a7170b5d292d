"""Makes the bots: datasets, training, evaluation."""

import os

# What transformers remarks while it loads would drown what a command says; it reads this once, when it is imported.
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
