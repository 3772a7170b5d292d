"""The channels that a new house has."""

from typing import Final

from contracts.calls import ChannelCard

FIRST_CHANNELS: Final = (
    ChannelCard(
        name="CoopAndPabloPlayHouse",
        title="The Playhouse",
        description="Where everybody comes in. Say hello, call a bot by its name, and see what happens.",
    ),
    ChannelCard(
        name="AskCoopAnything",
        title="Ask Coop anything",
        description="Questions for Coop, who knows a little of everything and doubts none of it.",
        default_topic="Dear Coop",
        bot="CoopBot",
    ),
    ChannelCard(
        name="CatsAndDogs",
        title="Cats and dogs",
        description="Pictures of those who own us, stories of what they ate, and the old quarrel over who is better.",
        default_topic="Look at this one",
    ),
    ChannelCard(
        name="Sports",
        title="Sports",
        description="The match of last night, the one of tomorrow, and why the referee needs glasses.",
        default_topic="Did you see that?",
    ),
    ChannelCard(
        name="Technology",
        title="Technology",
        description="Things with a switch: what is new, what broke, and what should have stayed a drawing.",
        default_topic="What I found",
    ),
    ChannelCard(
        name="TheNetherlands",
        title="The Netherlands",
        description="Canals, bicycles, weather and bread with chocolate on it. Dutch and English are both welcome.",
        default_topic="Hoi",
    ),
    ChannelCard(
        name="FlightAttendant",
        title="Flight attendants",
        description="Life above the clouds: layovers, passengers, and coffee at four in the morning.",
        default_topic="On the last flight",
    ),
    ChannelCard(
        name="Candles",
        title="Candles",
        description="Wax, wicks and scents, for those who make them and those who burn them.",
        default_topic="My newest one",
    ),
    ChannelCard(
        name="Programming",
        title="Programming",
        description="Code, and the people who have to read it. Put it between three backticks.",
        default_topic="A question",
    ),
    ChannelCard(
        name="Art",
        title="Art",
        description="Drawn, painted, built or asked of ImageBot. Show it, and say how it came about.",
        default_topic="Untitled",
    ),
)


def first_channels(home: str) -> tuple[ChannelCard, ...]:
    """Those of every house, and its home if that is another one."""
    if any(card.name.lower() == home.lower() for card in FIRST_CHANNELS):
        return FIRST_CHANNELS
    return (ChannelCard(name=home, title="The Playhouse"), *FIRST_CHANNELS)
