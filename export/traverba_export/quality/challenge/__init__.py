"""The challenge set: hand-written texts as people type them, with checks that a program can make.

`cases` reads the files of `cases/`, one a category; `checks` says what each check means; `running`
translates every case with a bundle and counts. The set is for testing only: nothing in it is a
training text, and a case is never changed to suit a model's answer.
"""

from traverba_export.quality.challenge.cases import Case, ChallengeError, builtin_cases, read_cases
from traverba_export.quality.challenge.running import ChallengeReport, Outcome, run_challenge

__all__ = [
    "Case",
    "ChallengeError",
    "ChallengeReport",
    "Outcome",
    "builtin_cases",
    "read_cases",
    "run_challenge",
]
