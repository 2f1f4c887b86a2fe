import pytest

from shop import callbacks


@pytest.fixture
def receiver():
    callbacks.stop_all()
    receiver = callbacks.listen()
    yield receiver
    callbacks.stop_all()


def test_the_receiver_listens_where_the_provider_calls():
    receiver = callbacks.Receiver()
    assert receiver.port == callbacks.PORT
    receiver.close()


def test_a_payment_is_noted(receiver):
    callbacks.call("PAID 17")
    receiver.take_one()
    assert receiver.states == {17: "paid"}


def test_a_refused_payment_is_noted():
    callbacks.stop_all()
    receiver = callbacks.listen()
    callbacks.call("REFUSED 18")
    receiver.take_one()
    assert receiver.states == {18: "refused"}


def test_the_last_word_counts(receiver):
    receiver.note("REFUSED 19")
    receiver.note("PAID 19")
    assert receiver.states == {19: "paid"}


def test_nonsense_is_refused(receiver):
    with pytest.raises(ValueError, match="not a callback"):
        receiver.note("HELLO")


def test_a_number_is_needed(receiver):
    with pytest.raises(ValueError, match="PAID x"):
        receiver.note("PAID x")
