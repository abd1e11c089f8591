"""Small fakes of digits and amounts, added to those of `fakes_card_layouts`, by cited sources."""

from __future__ import annotations

from pathlib import Path

from fakes_card_layouts import fake, picture, put


@fake("cvl-digits")
def cvl_digits(folder: Path) -> list[str]:
    """train/0-0169-01-02.png: label, writer, two more numbers; 28 x 28, dark on light."""
    told = []
    for part, writer in (("train", "0169"), ("valid", "0001"), ("test", "0246")):
        for digit in "0379":
            for turn in (1, 2):
                name = f"database/{part}/{digit}-{writer}-0{turn}-02.png"
                put(folder, name, picture(name, int(digit) % 3 + 1, (28, 28)))
                told.append(digit)
    return told


@fake("orand-car")
def orand_car(folder: Path) -> list[str]:
    """CAR-A/a_train_gt.txt, a name and an amount a row, beside a_train_images."""
    told = []
    for car in ("a", "b"):
        for part, first in (("train", 1), ("test", 7000)):
            rows = ""
            for at, amount in enumerate(("12345", "70", "007")):
                name = f"{car}_car_{first + at:06}.png"
                place = f"CAR-{car.upper()}/{car}_{part}_images/{name}"
                put(folder, place, picture(name, len(amount), (80, 400)))
                rows += f"{name}\t{amount}\n"
                told.append(amount)
            put(folder, f"CAR-{car.upper()}/{car}_{part}_gt.txt", rows)
    return told
