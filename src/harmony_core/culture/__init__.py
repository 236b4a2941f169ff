"""WHICH WORDS: the reader's language, wording and formats; for the edge, never stored.

A :class:`Culture` puts English messages into the reader's language and writes numbers, money and
dates the way the reader does; :class:`Formats` does so for numbers and money of any place, without
words, and reads them back. Messages are their own keys; a language pack is data only
(``packs/de.json``), and what it lacks stays English and can be listed. Babel supplies names and
patterns, ISO 4217 the digits, and no format ever drops a digit.
"""

from harmony_core.culture._culture import Culture, missing_messages
from harmony_core.culture._formats import Formats
from harmony_core.culture._money_patterns import MoneyStyle
from harmony_core.culture._packs import languages

__all__ = ["Culture", "Formats", "MoneyStyle", "languages", "missing_messages"]
