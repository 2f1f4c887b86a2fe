import pytest

from shop.mail import Mail
from shop.mail_queue import MailQueue


@pytest.fixture
def sent():
    return []


def mail(subject):
    return Mail("ada@example.org", subject, "")


def test_mails_leave_in_the_background(sent):
    mails = MailQueue(sent.append)
    mails.put(mail("hello"))
    mails.start()
    assert mails.wait(timeout=0.3), "mail not sent: timed out after 0.3 s"
    assert [m.subject for m in sent] == ["hello"]


def test_mails_leave_in_order(sent):
    mails = MailQueue(sent.append)
    for subject in ("one", "two", "three"):
        mails.put(mail(subject))
    mails.drain()
    assert [m.subject for m in sent] == ["one", "two", "three"]


def test_an_empty_queue_has_nothing_to_wait_for(sent):
    assert MailQueue(sent.append).wait(timeout=0)
