"""What stops a training command: one sentence for the person who gave it."""


class TrainingError(Exception):
    """The sentence says what was seen, and what to do where that is known."""
