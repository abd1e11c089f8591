"""Text that no corpus holds enough of: numbers, dates, amounts, addresses, identity numbers.

Every kind is a function of chance alone. Names of places are real, everything else is made up.
Identity numbers carry a sound check digit, but a date of birth before 1900: they are nobody's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from penline.randomness import Draws

__all__ = ["CELLS", "CHARACTERS", "KINDS", "made_cells", "made_line"]

_TRIES = 16
_DIGITS = "〇一二三四五六七八九"
_CAPITALS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_PLACES = (
    *("北京市", "上海市", "天津市", "重庆市", "河北省石家庄市", "山西省太原市", "辽宁省沈阳市"),
    *("吉林省长春市", "黑龙江省哈尔滨市", "江苏省南京市", "浙江省杭州市", "安徽省合肥市"),
    *("福建省福州市", "江西省南昌市", "山东省济南市", "河南省郑州市", "湖北省武汉市"),
    *("湖南省长沙市", "广东省广州市", "海南省海口市", "四川省成都市", "贵州省贵阳市"),
    *("云南省昆明市", "陕西省西安市", "甘肃省兰州市", "青海省西宁市"),
)
_DISTRICTS = ("东城区", "新城区", "江北区", "南山区", "西湖区", "高新区", "城关区", "河东区")
_ROADS = ("中山路", "人民路", "解放路", "建设路", "和平路", "文化路", "学院路", "长江路", "青年路")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
_CHECKS = "10X98765432"
CHARACTERS = "".join(
    dict.fromkeys(
        "".join((*_UNITS, *_PLACES, *_DISTRICTS, *_ROADS, *_MONTHS, _DIGITS, _CAPITALS))
        + "0123456789X十万年月日元人民币整号栋室¥$%.,-/， "
    )
)
"""All characters that made text is made of, but those of ``random``."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""ISO 7064 MOD 11-2, as Chinese identity numbers use it (GB 11643): 2 to the power of the place."""


def number(rng: Draws) -> str:
    """A number as people write it: plain, with thousands, a fraction, a percentage, a sign."""
    form = rng.below(5)
    size = rng.between(1, 7)
    value = rng.between(10 ** (size - 1), 10**size - 1)
    if form == 0:
        return str(value)
    if form == 1:
        return f"{value:,}"
    if form == 2:
        return f"{value % 1000}.{rng.below(100):02d}"
    if form == 3:
        return f"{rng.below(100)}.{rng.below(10)}%"
    return f"-{value % 10000}"


def date(rng: Draws) -> str:
    """A date in one of the usual ways of writing it."""
    year, month, day = rng.between(1950, 2035), rng.between(1, 12), rng.between(1, 28)
    forms = (
        f"{year}年{month}月{day}日",
        f"{year}-{month:02d}-{day:02d}",
        f"{year}/{month}/{day}",
        f"{year}.{month}.{day}",
        f"{month}月{day}日",
        f"{''.join(_DIGITS[int(d)] for d in str(year))}年{_small(month)}月{_small(day)}日",
        f"{day} {_MONTHS[month - 1]} {year}",
    )
    return rng.choose(forms)


def amount(rng: Draws) -> str:
    """A sum of money: in digits, or in the characters that cannot be changed afterwards."""
    form = rng.below(4)
    value = rng.between(1, 10 ** rng.between(2, 7))
    if form == 0:
        return f"¥{value:,}.{rng.below(100):02d}"
    if form == 1:
        return f"{value}元"
    if form == 2:
        return f"${value:,}"
    return f"人民币{capitals(value)}元整"


def telephone(rng: Draws) -> str:
    """A telephone number's shape."""
    if rng.chance(0.7):
        second = rng.choose("3589")
        return f"1{second}{rng.below(10)}{rng.below(10**8):08d}"
    return f"0{rng.between(10, 99)}-{rng.between(2, 8)}{rng.below(10**7):07d}"


def identity(rng: Draws) -> str:
    """An identity number of 18 places with a sound check digit, of nobody now alive."""
    birth = f"{rng.between(1800, 1899)}{rng.between(1, 12):02d}{rng.between(1, 28):02d}"
    stem = f"{rng.between(11, 65)}{rng.below(10000):04d}{birth}{rng.below(1000):03d}"
    total = sum(int(digit) * weight for digit, weight in zip(stem, _WEIGHTS, strict=True))
    return stem + _CHECKS[total % 11]


def address(rng: Draws) -> str:
    """A postal address: a place, a district, a road, a number, sometimes a room."""
    text = rng.choose(_PLACES) + rng.choose(_DISTRICTS) + rng.choose(_ROADS)
    text += f"{rng.between(1, 999)}号"
    if rng.chance(0.5):
        text += f"{rng.between(1, 30)}栋{rng.between(101, 2808)}室"
    return text


KINDS: dict[str, Callable[[Draws], str]] = {
    "number": number,
    "date": date,
    "amount": amount,
    "telephone": telephone,
    "identity": identity,
    "address": address,
}
"""Name -> a piece of text. ``random`` is made by `made_line` itself, of characters it is given."""


CELLS: dict[str, int] = {"identity": 18, "telephone": 11, "date": 8}
"""What forms ask for with a cell for each character -> how many cells."""


def made_cells(kind: str, rng: Draws) -> str:
    """A piece of text for the cells of a form: a key of `CELLS`, without any marks.

    >>> len(made_cells("date", Draws(1, 2, "text")))
    8
    """
    if kind == "date":
        return f"{rng.between(1950, 2035)}{rng.between(1, 12):02d}{rng.between(1, 28):02d}"
    return "".join(character for character in KINDS[kind](rng) if character != "-")


def made_line(
    kind: str, rng: Draws, length_range: tuple[int, int], characters: Sequence[str] = ()
) -> str:
    """A line of one kind, of a length in the range.

    Short pieces are set one after the other. Where pieces do not fit the range, the line is cut.

    Args:
        kind: a key of `KINDS`, or ``random``.
        rng: chance.
        length_range: fewest and most characters, both included.
        characters: what a random line is made of.
    """
    shortest, longest = length_range
    if kind == "random":
        return "".join(rng.choose(characters) for _ in range(rng.between(shortest, longest)))
    piece = KINDS[kind]
    line = piece(rng)
    for _ in range(_TRIES):
        if shortest <= len(line) <= longest:
            return line
        if len(line) > longest:
            line = piece(rng)
            continue
        line += ("，" if rng.chance(0.5) else " ") + piece(rng)
    while len(line) < shortest:
        line += piece(rng)
    return line[:longest].rstrip()


def capitals(value: int) -> str:
    """A whole number below 10^8 in the characters of cheques.

    >>> capitals(10300), capitals(205), capitals(20000000)
    ('壹万零叁佰', '贰佰零伍', '贰仟万')
    """
    high, low = divmod(value, 10_000)
    text = f"{_four(high)}万" if high else ""
    if low:
        text += ("零" if high and low < 1000 else "") + _four(low)
    return text or "零"


def _four(value: int) -> str:
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = value // 10**place % 10
        if not digit:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _CAPITALS[digit] + _UNITS[place]
        gap = False
    return text


def _small(value: int) -> str:
    """A number below 100 in characters, as dates have it."""
    tens, ones = divmod(value, 10)
    lead = "" if not tens else ("" if tens == 1 else _DIGITS[tens]) + "十"
    return lead + (_DIGITS[ones] if ones else "")
