"""Why an attempt at a job ends without an answer."""

from typing import ClassVar

from contracts.message import MessageErrorCode


class JobError(Exception):
    """What another attempt would not mend: the job ends with this code and sentence. The text is for the log alone.

    `sentence` replaces that of the class where more can be said.
    """

    code: ClassVar[MessageErrorCode] = "bot_failed"
    sentence: str = "Something went wrong while I was thinking. Please ask me again."

    def __init__(self, text: str = "", *, sentence: str | None = None) -> None:
        super().__init__(text)
        if sentence is not None:
            self.sentence = sentence


class BadRequestError(JobError):
    code = "bad_request"
    sentence = "I cannot work with these settings. Please change them and ask again."


class ExpiredError(JobError):
    code = "expired"
    sentence = "I slept too long to answer this in time. Please ask me again."


class GivenUpError(JobError):
    """Every attempt failed, or took its engine with it."""


class ModelUnavailableError(JobError):
    code = "model_unavailable"
    sentence = "My model could not be loaded, so I cannot answer at the moment."


class OutOfMemoryError(JobError):
    code = "out_of_memory"
    sentence = "This was too large for my memory. Please ask for something smaller."


class TooLargeError(OutOfMemoryError):
    sentence = "My model is too large for the memory of the machine that I live on."


class NoPostsError(JobError):
    code = "bad_request"
    sentence = "I answer others, but I write no posts of my own."


class PictureGoneError(JobError):
    code = "bad_request"
    sentence = "I cannot find the picture that this is about. Please send it again."


class SpeechlessError(JobError):
    """The model wrote nothing that could be shown, time after time."""

    sentence = "I could not think of anything to say. Please ask me again."


class StoppedError(JobError):
    code = "stopped"
    sentence = "Stopped."


class UnknownBotError(JobError):
    code = "unknown_bot"
    sentence = "There is no bot of that name here any more."


class UnsafePictureError(JobError):
    code = "unsafe_picture"
    sentence = "What came out is nothing that I want to show here. Please ask for something else."


class NotNowError(Exception):
    """The job goes back to its queue as it came: there is no room, or the engine leaves. `wait_s`: not before."""

    def __init__(self, reason: str, wait_s: int = 0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


def as_exception(error: BaseException) -> Exception:
    """A panic of a library in Rust is none, and would pass by all who are prepared for exceptions."""
    return error if isinstance(error, Exception) else RuntimeError(repr(error))
