"""Files of every sort: what cannot be read is told, the rest is read."""

import pytest

from orders_command.models import Order
from tests.importing.files import (
    HEADER,
    a_row,
    is_there,
    written,
)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("{0},too,few", "It has 3 columns, not 11."),
        ("{0},,,,,,,,tea,1,1,too,many", "It has 13 columns, not 11."),
        ('{0},"a"b,,,,,,,tea,1,1', "It cannot be read up to line 3: "),
        ("{0}," + "x" * 20_000 + ",,,,,,,tea,1,1", "It cannot be read up to line 3: "),
    ],
)
def test_a_row_that_cannot_be_read_takes_its_order_with_it(
    imports, tmp_path, broken, reason
):
    hurt, good = a_row(), a_row()
    text = written(tmp_path, hurt, hurt, good, good).read_text().splitlines()
    text[2] = broken.format(hurt["order_ref"])
    (tmp_path / "broken.csv").write_text("\n".join(text))

    ended = imports(tmp_path / "broken.csv")

    told = f"line 3, reference {hurt['order_ref']}, field row: {reason}"
    assert ended.status == 1
    assert ended.lines[0].startswith(told)
    assert not is_there(hurt)


def test_what_stands_beside_an_unreadable_row_may_not_be_whole(imports, tmp_path):
    before, behind, good = a_row(), a_row(), a_row()
    path = written(tmp_path, before, behind, good)
    head, first, second, third = path.read_text().splitlines()
    path.write_text("\n".join([head, first, 'x,"y"z', second, third]))

    ended = imports(path)

    assert "2 refused" in ended.lines[-1]
    assert "line 4" in ended.lines[1]
    assert ended.lines[1].endswith("field row: The row before it cannot be read.")
    assert (is_there(before), is_there(behind), is_there(good)) == (False, False, True)


def test_a_quote_that_is_never_closed_is_told_and_nothing_of_it_goes_in(
    imports, tmp_path
):
    good, swallowed = a_row(), a_row()
    path = written(tmp_path, good, a_row(), swallowed)
    lines = path.read_text().splitlines()
    lines[2] = lines[2].replace(",", ',"', 1)
    path.write_text("\n".join(lines))

    ended = imports(path)

    assert ended.status == 1
    assert "It cannot be read up to line 4: unexpected end of data." in ended.printed
    assert not is_there(swallowed)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The header has no column order_ref."),
        (",".join(HEADER[:-1]).encode(), "The header has no column price."),
        (",".join([*HEADER, "note"]).encode(), "There is no column 'note'."),
        (",".join([*HEADER, "price"]).encode(), "The header has price twice."),
        (",".join(HEADER).encode() + b"\n\xff", "Line 2 is not UTF-8 at byte 1."),
        ("order_ref".encode("utf-16"), "Line 1 is not UTF-8 at byte 1."),
        (b"x" * 2_000_000, "Line 1 has more than 1048576 bytes."),
    ],
)
def test_a_file_that_is_no_such_file_is_refused_with_status_2(
    imports, tmp_path, content, told
):
    (tmp_path / "no.csv").write_bytes(content)

    ended = imports(tmp_path / "no.csv")

    assert (ended.status, ended.printed) == (2, told)


def test_of_a_file_that_is_not_utf_8_nothing_goes_in(imports, tmp_path):
    row = a_row()
    path = written(tmp_path, row, *[a_row() for _ in range(9)])
    path.write_bytes(path.read_bytes().replace(b"tea,2,3.50\r\n", b"t\xe9\r\n", 1))
    path.write_bytes(path.read_bytes()[:-8] + b"\xe9")

    ended = imports(path)

    assert ended.status == 2
    assert "is not UTF-8 at byte" in ended.printed
    assert not is_there(row)


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_what_is_no_file_is_refused_with_status_2(imports, tmp_path, name):
    assert imports(tmp_path / name).status == 2


def test_marks_ends_blank_lines_quotes_and_the_sequence_of_columns_do_not_matter(
    imports, tmp_path
):
    row = a_row(currency="EUR", product_id='tea, "black"')
    turned = dict(reversed(row.items()))
    lines = written(tmp_path, turned).read_text().splitlines()
    text = "\r\n".join([lines[0], "", "   ", lines[1], ""])
    (tmp_path / "odd.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())

    ended = imports(tmp_path / "odd.csv")

    order = Order.objects.get(reference=row["order_ref"])
    assert ended.status == 0
    assert (order.currency, order.items.get().product_id) == ("EUR", 'tea, "black"')


def test_the_line_is_that_of_the_row_also_behind_blank_and_broken_ones(
    imports, tmp_path
):
    row, bad = a_row(customer_name='Ada "the first"'), a_row(quantity="none")
    head, first, second = written(tmp_path, row, bad).read_text().splitlines()
    (tmp_path / "gaps.csv").write_text("\n".join([head, "", first, "", second]))

    ended = imports(tmp_path / "gaps.csv")

    assert ended.lines[0].startswith(f"line 5, reference {bad['order_ref']}, field qua")


def test_a_file_without_orders_is_no_error(imports, tmp_path):
    (tmp_path / "empty.csv").write_text(",".join(HEADER))

    ended = imports(tmp_path / "empty.csv")

    assert ended.status == 0
    assert ended.printed.startswith("0 imported, 0 already there, 0 refused")
