"""Pictures that messages carry, for models that are asked without storage."""

from concurrent.futures import Future

from contracts.wire import PictureName


def there(data: bytes) -> Future[bytes]:
    """It has arrived."""
    arrived: Future[bytes] = Future()
    arrived.set_result(data)
    return arrived


def nothing(name: PictureName) -> Future[bytes]:
    raise AssertionError(f"nobody sent {name}")
