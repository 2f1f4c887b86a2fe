"""Take a delivery in: note its facts, ask for the work that follows."""

from app.core.deliveries import InstallationSeen
from app.core.requests import TakeDelivery
from app.db.session import unit_of_work
from app.db.work import deliveries
from app.services.deliveries import intake, redelivering
from jobs.turns import Work


def take_delivery(work: Work) -> None:
    """Turn one stored delivery into facts and requests, in one transaction.

    A delivery that retention has taken meanwhile is done.
    """
    request = work.lease.request
    assert isinstance(request, TakeDelivery)
    with unit_of_work(work.context.engine) as session:
        delivery = deliveries.delivery(session, request.delivery_id)
    if delivery is None:
        with work.finishing():
            return
    taken = work.context.translators[delivery.source](delivery)
    for fact in taken.facts:
        if isinstance(fact, InstallationSeen) and fact.is_news:
            work.context.forget(fact.id)  # its token was revoked, or may do more or less now
    with work.finishing() as turn:
        is_late = redelivering.is_late(turn.session, delivery)
        intake.note(turn.session, taken.facts, now=delivery.received_at, is_late=is_late)
        for queue, follows in taken.requests:
            turn.ask(queue, follows)
