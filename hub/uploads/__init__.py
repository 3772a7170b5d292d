"""Pictures that people send: read with a limit, unpacked with care, and written anew without anything but pixels."""
