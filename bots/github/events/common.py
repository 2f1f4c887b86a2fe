"""What many events tell alike: the installation and the repository that they name."""

from app.core.asking import QueueName
from app.core.deliveries import Fact, InstallationSeen, RepositorySeen, Taken
from app.core.requests import ReadRepositoryFiles
from bots.github.facts import repository_of
from bots.github.payloads import Event, RepositoryPart

NOTHING = Taken()


def seen(
    event: Event, *, is_news: bool = False, is_archived: bool | None = None
) -> tuple[Fact, ...]:
    """The installation and the repository that an event of a repository names.

    In passing, unless it `is_news` of the repository itself: what was under way when we were
    taken off a repository does not put us back on it, nor does it bring back an archived one.
    """
    owner = event.repository.full_name.partition("/")[0]
    installation = event.installation
    repository = RepositorySeen(
        repository_of(event.repository, installation_id=installation.id if installation else None),
        is_private=event.repository.private,
        is_news=is_news,
        is_archived=is_archived,
    )
    if installation is None:
        return (repository,)
    return (InstallationSeen(id=installation.id, account=owner), repository)


def reading(repository: RepositoryPart) -> tuple[QueueName, ReadRepositoryFiles]:
    """The request to read what says how we work; nobody waits for it."""
    return (QueueName.HISTORY, ReadRepositoryFiles(repository.id))
