"""What only streams of server-sent events say; everything else on them is what the sockets hear."""

from contracts.wire import ChannelName, CommentId, Revision, Wire


class Reset(Wire):
    """More changed than a page holds since the stream broke: load the channel afresh."""

    channel: ChannelName
    revision: Revision


class AnswersEnded(Wire):
    """Every answer to this message has ended, and so does the stream."""

    channel: ChannelName
    comment_id: CommentId
