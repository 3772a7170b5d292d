"""What can go wrong in the hub's domain: one small tree, a sentence each, translated once at the edge."""

from typing import ClassVar

from contracts.calls import ErrorCode


class HubError(Exception):
    """A refusal that a client hears: `code` for programs, the text for people, `status` for HTTP."""

    code: ClassVar[ErrorCode] = "internal"
    status: ClassVar[int] = 500


class BadRequestError(HubError):
    code = "bad_request"
    status = 400


class EmptyTextError(HubError):
    code = "empty_text"
    status = 422


class BadSearchError(HubError):
    code = "bad_request"
    status = 422


class TextTooLongError(HubError):
    code = "text_too_long"
    status = 413


class PictureTooLargeError(HubError):
    code = "picture_too_large"
    status = 413


class UnsupportedPictureError(HubError):
    code = "unsupported_picture"
    status = 415


class BrokenPictureError(HubError):
    code = "broken_picture"
    status = 422


class UnauthorizedError(HubError):
    code = "unauthorized"
    status = 401


class InvalidCredentialsError(HubError):
    code = "invalid_credentials"
    status = 401


class ForbiddenError(HubError):
    code = "forbidden"
    status = 403


class NotFoundError(HubError):
    code = "not_found"
    status = 404


class UnknownChannelError(HubError):
    code = "unknown_channel"
    status = 404


class UnknownBotError(HubError):
    code = "unknown_bot"
    status = 404


class ConflictError(HubError):
    code = "conflict"
    status = 409


class WeakPasswordError(HubError):
    code = "weak_password"
    status = 422


class NameTakenError(HubError):
    code = "name_taken"
    status = 409


class TooManyRequestsError(HubError):
    """`retry_after_s`: when the same call may succeed."""

    code = "too_many_requests"
    status = 429

    def __init__(self, sentence: str, retry_after_s: int) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class StorageUnavailableError(HubError):
    code = "storage_unavailable"
    status = 503
