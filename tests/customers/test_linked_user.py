"""An erasure takes the person out of the user too."""

from customers import directory
from tests.people import a_customer, linked_to


def test_the_linked_user_keeps_nothing_of_the_person():
    customer_id = a_customer()
    user = linked_to(customer_id).user
    for name in ("username", "email", "first_name", "last_name"):
        setattr(user, name, "xanthippe@example.org")
    user.save()

    directory.erase(customer_id, actor="system:tests")

    user.refresh_from_db()
    assert "xanthippe" not in " ".join(str(value) for value in vars(user).values())
    assert not user.is_active
    assert not user.has_usable_password()
