"""Makes the bots: datasets, training, evaluation."""

import os

# What transformers remarks while it loads would drown what a command says; it reads this once, when it is imported.
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
