"""The Vietnamese syllable: onset, rhyme and tone, as all that the spelling allows.

The grammar stands for a word list: text in a wrong encoding breaks the spelling in nearly every word.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator
from functools import cache

# grave, acute, hook above, tilde, dot below
TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
# a closed syllable (p, t, c, ch, k) takes only acute and dot below
CLOSED_TONES = ("\u0301", "\u0323")
CLOSED = ("p", "t", "c", "ch", "k")

# the vowel that carries the tone is the capital; a rhyme with two places for it is written twice
BEFORE_BACK = """
A Ai Ao Au Ay Am An Ang Anh Ap At Ac Ach Ăm Ăn Ăng Ăp Ăt Ăc Ăk Âm Ân Âng Âp Ât Âc Âu Ây
O Oi Om On Ong Op Ot Oc oA Oa oAi oAo oAy oAm oAn oAng oAnh oAp oAt oAc oAch oĂm oĂn oĂng oĂt oĂc
oE Oe oEn oEo oEm oEt oOng oOc Ô Ôi Ôm Ôn Ông Ôp Ôt Ôc Ơ Ơi Ơm Ơn Ơp Ơt
U Ua Ui Um Un Ung Up Ut Uc uÂn uÂng uÂt uÂy uÊ uÊn uÊnh uÊch uÊt uƠ uÔi uÔm uÔn uÔng uÔt uÔc
uY Uy uYa uYÊn uYÊt uYnh uYch uYt uYu uYn uYp Ư Ưa Ưi Ưu Ưng Ưt Ưc ưƠi ưƠm ưƠn ưƠng ưƠp ưƠt ưƠc ưƠu
"""
BEFORE_FRONT = """
E Eo Em En Eng Ep Et Ec Ê Êu Êm Ên Ênh Êp Êt Êch
I Ia Iu Im In Inh Ip It Ich iÊm iÊn iÊng iÊp iÊt iÊc iÊu
"""
AFTER_QU = """
A Ai Ao Au Ay An Ang Anh At Ac Ach Ăn Ăng Ăt Ăc Ăm Ăp Ân Âng Ât Âu Ây E En Eo Et Em Ê Ên Ênh Êt Êch Êu
I In Inh It Ich Y yÊn yÊt Ynh Yt Ych Ơ Ôc
"""
ALONE_WITH_Y = "Y yÊm yÊn yÊng yÊt yÊu"
# onsets; the empty one is before the first space
BACK = " b c ch d đ g gi h kh l m n ng nh p ph r s t th tr v x"
FRONT = " b ch d đ gh h k kh l m n ngh nh p ph r s t th tr v x"
WITH_Y = "h k l m s t v"


def _toned(rhyme: str) -> Iterator[str]:
    """A rhyme in each tone that it can take."""
    place = next(i for i, letter in reversed(list(enumerate(rhyme))) if letter.isupper())
    plain = rhyme.lower()
    before, after = plain[:place], plain[place + 1 :]
    for tone in CLOSED_TONES if after in CLOSED else TONES:
        yield before + unicodedata.normalize("NFC", plain[place] + tone) + after


def _any(onsets: str, rhymes: str) -> Iterator[str]:
    toned = [syllable for rhyme in rhymes.split() for syllable in _toned(rhyme)]
    return (onset + syllable for onset in onsets.split(" ") for syllable in toned)


@cache
def syllables() -> frozenset[str]:
    """Every syllable that the spelling allows and that has a mark, in lower case and NFC.

    Both places of the tone in oa, oe and uy are right (hoà, hòa).
    """
    spelled = itertools.chain(
        _any(BACK, BEFORE_BACK),
        _any(FRONT, BEFORE_FRONT),
        _any("g", "I In Inh iÊng iÊt iÊc iÊm"),
        _any("gi", "E Eo Em Eng Ec Ê Ên Êt"),
        _any("qu", AFTER_QU),
        _any("", ALONE_WITH_Y),
        _any(WITH_Y, "Y"),
    )
    return frozenset(syllable for syllable in spelled if not syllable.isascii())


# Letters that Vietnamese writes with a mark, in NFC, both cases.
_BASES = ("a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y")
_LOWER = {unicodedata.normalize("NFC", base + tone) for base, tone in itertools.product(_BASES, TONES)} | {"đ"}
LETTERS = frozenset(letter for lower in _LOWER for letter in (lower, lower.upper()) if not letter.isascii())
