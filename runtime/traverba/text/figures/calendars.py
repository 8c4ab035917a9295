"""How languages write dates with the month in letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Calendar:
    """Of one language. Names have bars between spellings, of which the first one is written."""

    months: Sequence[str]
    weekdays: Sequence[str]
    """From Monday."""
    read: str
    """A pattern with {weekday}, {day}, {month} and {year}, for a month in front {day2} and {month2} as well.

    Its group "when" is a word by which a date says when something happens: "on". Without it every date does.
    """
    written: str
    """With {weekday}, {day}, {month} and {year}, the first and the last as in ``weekday`` and ``year``."""
    weekday: str = "{} "
    year: str = " {}"
    first: str = "1"
    """The first day of a month."""
    when: str = "{}"
    """What says when something happens: "on May 12"."""
    spoken_of: str = "{}"
    """What does not, behind "since": "May 12"."""
    named: str = ""
    """What is the subject, or said to be a day, if not as ``spoken_of``: "der 12. Mai"."""
    on_weekday: Mapping[str, str] = field(default_factory=dict)
    """What a weekday is called where it says when, if not as ever: "во вторник"."""
    verbs: str = ""
    """Words that as a sentence's first one leave open who acts: "Nació". The date behind would be taken for
    that, if its word "when" were not left to the model."""
    prepositions: str = ""
    """Words, bars between, behind which a date is spoken of: "depuis"; none where "when" is such a word."""
    copulas: str = ""
    """Words beside which it is named: "is"."""
    dropped: Sequence[str] = ()
    """Words that a model may write before a stand-in and that are none too many before ``when``."""
    fused: Mapping[str, str] = field(default_factory=dict)
    """Words that a model may write before a stand-in -> what they become with the date: "du {}"."""


CALENDARS = {
    "en": Calendar(
        months=["January", "February", "March", "April", "May", "June", "July", "August", "September",
                "October", "November", "December"],
        weekdays=["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        read=r"(?:(?P<when>on)\s{1,4})?(?:the\s{1,4}(?=\d))?(?:{weekday},?\s{1,4}(?:the\s{1,4})?)?(?:{day}(?:st|nd|rd|th)?\s{1,4}(?:of\s{1,4})?"
             r"{month}|{month2}\s{1,4}(?:the\s{1,4})?{day2}(?:st|nd|rd|th)?)(?:,?\s{1,4}{year})?",
        written="{weekday}{month} {day}{year}",
        weekday="{}, ",
        year=", {}",
        when="on {}",
        dropped=["on", "in", "at", "the", "to"],
        copulas="is|was|be|were|isn['’]t|wasn['’]t",
        fused={"the": "{}"},
    ),
    "fr": Calendar(
        months=["janvier", "février|fevrier", "mars", "avril", "mai", "juin", "juillet", "août|aout",
                "septembre", "octobre", "novembre", "décembre|decembre"],
        weekdays=["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
        read=r"(?:(?P<when>le)\s{1,4})?(?:{weekday},?\s{1,4}(?:le\s{1,4})?)?{day}(?:er)?\s{1,4}{month}(?:\s{1,4}{year})?",
        written="{weekday}{day} {month}{year}",
        first="1er",
        when="le {}",
        spoken_of="le {}",
        prepositions="depuis|avant|après|dès|vers|pour|entre",
        copulas="est|c['’]est|était|c['’]était|fut|sera|tombe|sommes|étions|serons",
        dropped=["à", "en", "le", "sur", "dans", "au", "du"],
        fused={"de": "du {}", "du": "du {}", "à": "au {}", "au": "au {}", "jusqu'à": "jusqu'au {}",
               "jusqu'au": "jusqu'au {}", "le": "le {}"},
    ),
    "de": Calendar(
        months=["Januar|Jänner", "Februar", "März|Maerz", "April", "Mai", "Juni", "Juli", "August",
                "September", "Oktober", "November", "Dezember"],
        weekdays=["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag|Sonnabend", "Sonntag"],
        read=r"(?:(?P<when>am)\s{1,4})?(?:{weekday},?\s{1,4}(?:de[mn]\s{1,4})?)?{day}\.\s?{month}(?:\s{1,4}{year})?",
        written="{weekday}{day}. {month}{year}",
        weekday="{}, ",
        when="am {}",
        named="der {}",
        copulas="ist|war|sein|wäre",
        dropped=["am", "an", "auf", "im", "in", "um", "bei", "dem", "den", "der"],
        fused={"von": "vom {}", "aus": "vom {}", "zu": "zum {}", "vor": "vor dem {}", "nach": "nach dem {}",
               "seit": "seit dem {}"},
    ),
    "es": Calendar(
        months=["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
                "septiembre|setiembre", "octubre", "noviembre", "diciembre"],
        weekdays=["lunes", "martes", "miércoles|miercoles", "jueves", "viernes", "sábado|sabado", "domingo"],
        read=r"(?:(?P<when>el)\s{1,4})?(?:{weekday},?\s{1,4})?{day}(?:\.?º)?\s{1,4}de\s{1,4}{month}(?:\s{1,4}del?\s{1,4}{year})?",
        written="{weekday}{day} de {month}{year}",
        year=" de {}",
        when="el {}",
        spoken_of="el {}",
        verbs=r"\w+ó",
        prepositions="desde|hasta|para|tras|entre",
        copulas="es|era|fue|será|sea|cae",
        dropped=["a", "en", "el", "al", "sobre", "del"],
        fused={"de": "del {}", "del": "del {}", "a": "al {}", "al": "al {}", "el": "el {}"},
    ),
    "ru": Calendar(
        months=["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября",
                "октября", "ноября", "декабря"],
        weekdays=["понедельник", "вторник", "среда|среду", "четверг", "пятница|пятницу", "суббота|субботу",
                  "воскресенье"],
        read=r"(?:(?:во?\s{1,4})?{weekday},?\s{1,4})?{day}(?:-?го)?\s{1,4}{month}(?:\s{1,4}{year}(?:\s{1,4}года?|\s?г(?:\.(?=\s*(?-i:[а-яё,;)])))?)?)?",
        written="{weekday}{day} {month}{year}",
        weekday="{}, ",
        year=" {} года",
        on_weekday={"понедельник": "в понедельник", "вторник": "во вторник", "среда": "в среду",
                    "четверг": "в четверг", "пятница": "в пятницу", "суббота": "в субботу",
                    "воскресенье": "в воскресенье"},
        prepositions="со?|до|от|к|по|после|на|около|перед|из|между|через",
        copulas="сегодня|завтра|вчера|это|было|будет|[-–—]",
        dropped=["в", "на", "во"],
    ),
}  # fmt: skip
