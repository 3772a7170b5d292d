"""What is asked of a model that writes, within what its bot may do."""

import secrets

from contracts.jobs import Job
from contracts.message import Parameters
from engine.bots import Bot
from engine.failures import BadRequestError


def writing_wishes(bot: Bot, job: Job, defaults: Parameters) -> Parameters:
    """The asker's, else the bot's, else the defaults. Raises BadRequestError where a limit of the bot is passed."""
    if above := bot.limits.passed_by(job.parameters):
        raise BadRequestError(above, sentence=f"I can do {above}. Please ask for less.")
    chosen = bot.parameters_for(job, defaults)
    # The limit bounds the defaults too.
    return chosen.model_copy(update={"max_new_tokens": min(chosen.max_new_tokens or 1, bot.limits.new_tokens)})


def seeded_wishes(bot: Bot, job: Job, defaults: Parameters, window: int) -> Parameters:
    """Likewise, with a seed; the answer may take half of the model's window, in tokens, at the most."""
    chosen = writing_wishes(bot, job, defaults)
    length = min(chosen.max_new_tokens or 1, window // 2)
    seed = secrets.randbelow(2**53) if chosen.seed is None else chosen.seed
    return chosen.model_copy(update={"max_new_tokens": length, "seed": seed})
