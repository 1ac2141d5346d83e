"""URLs that name several servers, and connections to one that takes no more writes."""

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from config.databases import database, databases
from config.local.addresses import OWNER_URLS
from config.timeouts import Limits
from tests.orders import COMMANDS, order_body
from tests.people import a_customer, desk_clerk

SEVERAL = "postgres://web:secret@one:5432,two:5433/command"


@pytest.mark.no_services
def test_of_several_hosts_the_one_that_takes_writes_is_used():
    found = database(SEVERAL, limits=Limits())

    assert (found["HOST"], found["PORT"]) == ("one,two", "5432,5433")
    assert found["OPTIONS"]["target_session_attrs"] == "read-write"


@pytest.mark.no_services
def test_accounts_are_read_from_any_of_them_the_standbys_first():
    aliases = databases(command=SEVERAL, query=SEVERAL, replicas=[])

    standby = aliases["standby"]
    assert (standby["HOST"], standby["PORT"]) == ("two,one", "5433,5432")
    assert standby["OPTIONS"]["target_session_attrs"] == "any"
    assert "default_transaction_read_only=on" in standby["OPTIONS"]["options"]


@pytest.mark.no_services
def test_with_one_host_there_is_no_standby():
    one = "postgres://web:secret@one:5432/command"
    aliases = databases(command=one, query=one, replicas=[])

    assert "standby" not in aliases
    assert "target_session_attrs" not in aliases["default"]["OPTIONS"]


@pytest.mark.no_services
@pytest.mark.parametrize("hosts", ["one:5432,two:5433,three", "one:5432,:5433"])
def test_hosts_and_ports_that_do_not_pair_are_refused(hosts):
    with pytest.raises(ImproperlyConfigured, match="each host has its port"):
        database(f"postgres://web:secret@{hosts}/command", limits=Limits())


def test_a_connection_to_a_server_that_only_reads_is_not_used_again(services):
    clerk, customer_id = desk_clerk(), a_customer()
    url = services.environment()[OWNER_URLS[0]]
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("alter database command set default_transaction_read_only = on")
        try:
            connections["default"].close()
            refused = clerk.post(COMMANDS, order_body(customer_id))
        finally:
            owner.execute("set default_transaction_read_only = off")
            owner.execute("alter database command reset default_transaction_read_only")

    assert refused.status_code == 503
    assert clerk.post(COMMANDS, order_body(customer_id)).status_code == 201
