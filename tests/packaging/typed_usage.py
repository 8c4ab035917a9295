"""How a user's own typed code sees traverba; `make types` checks it, nothing runs it."""

from __future__ import annotations

from traverba.errors import BundleError, LanguageError


def a_standard_except_clause_catches_the_typed_error(error: LanguageError) -> ValueError:
    return error


def the_branch_of_an_error_tells_where_it_lies(error: BundleError) -> str:
    return str(error)
