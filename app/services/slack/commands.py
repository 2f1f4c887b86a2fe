"""What each command comes to: an answer, or a deed that GitHub must allow."""

from collections.abc import Callable, Mapping

from app.core.chat_commands import Command, Verb, command_of
from app.services.slack import channels, deciding, preferences, reading
from app.services.slack.desk import Answer, Deed, Desk

COMMANDS: Mapping[Verb, Callable[[Desk, Command], Answer | Deed]] = {
    Verb.STATUS: reading.status,
    Verb.TOP: reading.top,
    Verb.TOPFLAKY: reading.topflaky,
    Verb.TEST: reading.test,
    Verb.RUNS: reading.runs,
    Verb.CLUSTERS: reading.fails_alike,
    Verb.QUARANTINE: deciding.quarantine,
    Verb.RELEASE: deciding.release,
    Verb.DISMISS: deciding.dismiss,
    Verb.MINE: reading.mine,
    Verb.OWN: deciding.own,
    Verb.SUBSCRIBE: channels.subscribe,
    Verb.UNSUBSCRIBE: channels.unsubscribe,
    Verb.DIGEST: reading.digest,
    Verb.MUTE: deciding.mute,
    Verb.RERUN: deciding.rerun,
    Verb.LINK: reading.link,
    Verb.UNLINK: reading.unlink,
    Verb.SETTINGS: preferences.settings,
    Verb.PROPOSALS: reading.proposals,
    Verb.HELP: reading.help_with,
}


def run(desk: Desk, text: str) -> Answer | Deed:
    """What a command comes to; FlakeGuardError, in one sentence, where it comes to nothing."""
    command = command_of(text)
    return COMMANDS[command.verb](desk, command)
