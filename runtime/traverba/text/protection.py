"""Parts of a text that the model does not translate: addresses, code, tags, emoji, amounts, dates."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from traverba.text.figures.dates import Date, Said
from traverba.text.pieces import Span

_END = r"[^\s<>\"«»“”`]*[^\s<>\"«»“”`.,;:!?'’)\]}…]"
"""The rest of an address, without the punctuation of the sentence behind it."""

_FILE_TYPES = (
    "py|js|ts|json|toml|yaml|yml|xml|html?|css|md|rst|txt|csv|tsv|pdf|docx?|xlsx?|pptx?|odt|ods|png|jpe?g|gif|svg|"
    "webp|mp[34]|wav|ogg|zip|tar|gz|bz2|xz|7z|exe|dll|so|deb|rpm|sh|bat|c|h|cpp|hpp|rs|go|java|rb|php|sql|ini|cfg|conf|"
    "log|po|mo|srt|vtt|onnx|whl|lock"
)
_UNITS = (
    "km/h|m/s|mph|km²|cm²|m²|m³|cm³|km|cm|mm|µm|nm|ft|kg|mg|µg|lbs?|oz|ml|cl|dl|ms|µs|ns|[kMG]?Hz|[kMGT]?Wh?|mV|kV|mAh?|"
    "°C|°F|°|%|‰|[kKMGTP]i?B|[kMG]bps|[kMG]bit/s|px|pt|rem|dpi|fps|hPa|kPa|bar|kJ|kcal|ha|[mglVAJ]|"
    "[€$£¥₽₴]|USD|EUR|GBP|RUB|CHF|JPY"
)
_PROGRAMS = (
    "git|np[mx]|yarn|pip3?|uv|poetry|conda|docker|podman|kubectl|helm|brew|cargo|apt|apt-get|dnf|systemctl"
)
_COMMANDS = (
    r"(?:(?:init|status|log|diff|commit|push|pull|fetch|merge|rebase|stash|reset|build|test|update|upgrade|publish|logs|"
    r"ps|exec|apply|sync|lock)\b"
    r"|(?:install|uninstall|add|remove|run|start|stop|restart|enable|disable|clone|checkout|switch|create|delete)\b"
    r"(?:[ ][\w@/:-]{1,80}(?:[.=]{1,2}[\w@/:-]{1,80}){0,9})?)"
)
"""Some of them with the name of what they are about."""
_SUDO = "reboot|shutdown|poweroff|su|make|cp|mv|rm|mkdir|chmod|chown|nano|vim?|service|dpkg|snap|mount|umount"
_NUMBER = r"\d{1,15}(?:[\u00a0\u202f ]\d{3}(?!\d))*(?:[.,]\d{1,15}){0,5}"
_EMOJI = "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2500-\u2bff\u3030\u303d©®™]"

BUILT_IN = re.compile(
    rf"""
      (?P<emoji> (?: [\U0001f1e6-\U0001f1ff]{{2}}
                   | [\#*0-9]\ufe0f?\u20e3
                   | {_EMOJI}[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*
                     (?: \u200d{_EMOJI}[\ufe0f\U0001f3fb-\U0001f3ff]* )* )+ )
    | (?: ```[^\n]{{1,500}}?``` | ``[^\n]{{1,500}}?`` | `[^`\n]{{1,500}}` )     # code
    | (?: !?\[ (?= [^\[\]\n]{{1,200}} \]\( [^()\s]{{1,500}} \) ) )              # [link](address)
    | (?: (?<=\S) \]\( [^()\s]{{1,500}} \) )
    | (?: <!-- [^>]{{0,1000}} --> | </?[A-Za-z][^<>\n]{{0,500}}> )              # tags
    | (?: &(?: \#\d{{1,7}} | \#x[0-9a-fA-F]{{1,6}} | [A-Za-z]{{2,31}} ); )
    | (?: \{{%[^{{}}\n]{{0,200}}%\}} | \{{\{{[^{{}}\n]{{0,200}}\}}\}} )         # placeholders
    | (?: [$\#]?\{{[^{{}}\s]{{0,80}}\}} | \$\{{[^{{}}\n]{{0,80}}\}} | \$\([^()\n]{{1,80}}\) )
    | (?: (?<!\w) \$[A-Za-z_]\w{{0,80}} )
    | (?: %\(\w{{1,80}}\)[a-zA-Z] )
    | (?: (?<![\d%]) (?<!\d[ ]) %(?:\d{{1,3}}\$)?[-+\#0]{{0,4}}\d{{0,4}}(?:\.\d{{1,4}})?(?:hh?|ll?|[qjzt])?
          [diouxXeEfgGcsp@](?![^\W_]) )
    | (?: (?<![\w.+-]) (?:mailto:)?[\w.+-]{{1,64}}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}} )   # addresses
    | (?: (?<![^\W_]) (?: [a-z][a-z0-9+.-]{{1,12}}://{_END} | www\.[\w-]{_END} ) )
    | (?: (?<![\w.@-]) (?:[a-z0-9-]{{1,63}}\.){{1,6}}(?:com|org|net|io|fr|ru|de|uk|eu|dev|app|info)\b
          (?:/{_END})? )
    | (?: (?<![\w/.]) (?: (?:~|\.{{1,2}})?(?:/[\w.@+-]{{1,100}}){{2,40}}/?       # paths
          | (?:~|\.{{1,2}})/[\w.@+-]{{0,100}} ) (?<![.]) )
    | (?: (?<!\w) [A-Za-z]:\\[^\s"<>|*?]{{0,400}}(?<![.,;:!)]) )
    | (?: (?<![\w/.]) [\w-]{{1,100}}(?:[./][\w-]{{1,100}}){{0,20}}\.(?:{_FILE_TYPES})(?![\w/]) )
    | (?: (?<![\w&\#/]) \#\w{{0,80}}[^\W\d]\w{{0,80}} )                        # hashtags, mentions
    | (?: (?<![\w@]) @\w{{1,80}} )
    | (?: (?<![\w-]) (?: (?:sudo[ ])?(?:{_PROGRAMS})[ ]{_COMMANDS} | sudo[ ](?:{_SUDO})\b ) # commands
          (?: [ ]--?[a-zA-Z][\w-]{{0,80}}(?:=[\w./:-]{{0,80}}\w)? ){{0,9}} )
    | (?: (?<!\S) --[a-z][\w-]{{1,80}} )
    | (?: (?<!\w) [A-Za-z]\w{{0,80}}(?:\.\w{{1,80}}){{0,8}}\(\) )               # names in programs
    | (?: (?<![\w-]) [A-Za-z][A-Za-z0-9]{{0,60}}_\w{{1,100}} )
    | (?: (?<![\w.]) v?\d{{1,5}}(?:\.\d{{1,8}}){{2,6}}(?![\w.]*\w) )            # versions, dates
    | (?: (?<![\w-]) \d{{4}}-\d\d-\d\d(?![\w-]) )
    | (?P<amount> [€$£¥₽]\s?{_NUMBER}(?![\d]) | (?<![\w.,]) {_NUMBER}[\u00a0\u202f ]?(?:{_UNITS})(?![^\W_]) )
    """,
    re.VERBOSE,
)
"""Every repetition is bounded, so that no text makes the search slow."""


@dataclass(frozen=True)
class Protected:
    """A part of a text that comes out as it is, or as is known."""

    span: Span
    is_emoji: bool = False
    """Has no place in the grammar of a sentence."""
    is_amount: bool = False
    """A number with its unit."""
    said: Said | None = None
    """What it is called in the target language, if not what it is."""


@lru_cache(maxsize=64)
def _own(patterns: tuple[str, ...], keep: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    words = "|".join(re.escape(word) for word in sorted(keep, key=len, reverse=True))
    return (*map(re.compile, patterns), *([re.compile(rf"(?<!\w)(?:{words})(?!\w)")] if keep else ()))


def find_protected(
    text: str,
    *,
    built_in: bool,
    patterns: tuple[str, ...] = (),
    keep: tuple[str, ...] = (),
    dates: Sequence[Date] = (),
) -> list[Protected]:
    """All of them, in order; the caller's own come before what is found by itself. Neighbours are one."""
    spans: list[Protected] = []
    for pattern in _own(tuple(patterns), tuple(keep)):
        _add(spans, [Protected(match.span()) for match in pattern.finditer(text) if match[0].strip()])
    _add(spans, [Protected(date.span, said=date.said) for date in dates])
    if built_in:
        found = map(_found, BUILT_IN.finditer(text))
        _add(spans, list(found))
    return _united(spans)


def _found(match: re.Match[str]) -> Protected:
    return Protected(match.span(), match.lastgroup == "emoji", match.lastgroup == "amount")


def _add(spans: list[Protected], found: Sequence[Protected]) -> None:
    """Those that overlap none of the spans already there."""
    free = [each for each in found if not _overlaps(spans, each.span)]
    spans += free
    spans.sort(key=lambda each: each.span)


def _overlaps(spans: Sequence[Protected], span: Span) -> bool:
    index = bisect_left(spans, span[1], key=lambda each: each.span[0]) - 1
    return index >= 0 and spans[index].span[1] > span[0]


def _united(spans: Sequence[Protected]) -> list[Protected]:
    united: list[Protected] = []
    for each in spans:
        beside = bool(united) and united[-1].span[1] == each.span[0]
        if beside and not (united[-1].said or each.said):
            last = united.pop()
            each = Protected((last.span[0], each.span[1]), last.is_emoji and each.is_emoji)
        united.append(each)
    return united
