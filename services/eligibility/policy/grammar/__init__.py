"""The grammar in which awards are written, and the only place with arithmetic. Awards import from here alone."""

from services.eligibility.policy.text import Text

from . import arithmetic, periods
from .amounts import amount_by, each, fixed, pro_rata, share_of, whole_multiples, whole_of
from .award import Article, Award, GivenBefore
from .days import days, later_of
from .lookups import PAYEE_JURISDICTION, PAYEE_USCC, monitored, recognised, yearly_figures
from .measures import Measured, measure
from .plans import collected
from .rates import grown_by
from .reads import PAYEE, SUBJECT, Read
from .setting import Setting
from .subjects import (
    Table,
    each_year,
    each_year_of,
    events_of_year,
    once_on,
    once_per,
    once_per_named,
    once_per_unit_and_level,
)
from .terms import Column, fact, lowest, parameter
from .words import (
    ANY_FORM,
    AT_PAYEE,
    ENTERPRISES,
    NOT_GOVERNMENT,
    above_zero,
    all_of,
    amount_by_reading,
    any_of,
    at_least,
    at_project,
    by_year_end,
    condition_by,
    holds,
    judged_by_measure,
    more_than,
    on_record,
    one_of,
    some,
    term_by,
    within_validity,
)

__all__ = [
    "ANY_FORM",
    "AT_PAYEE",
    "ENTERPRISES",
    "NOT_GOVERNMENT",
    "PAYEE",
    "PAYEE_JURISDICTION",
    "PAYEE_USCC",
    "SUBJECT",
    "Article",
    "Award",
    "Column",
    "GivenBefore",
    "Measured",
    "Read",
    "Setting",
    "Table",
    "Text",
    "above_zero",
    "all_of",
    "amount_by",
    "amount_by_reading",
    "any_of",
    "arithmetic",
    "at_least",
    "at_project",
    "by_year_end",
    "collected",
    "condition_by",
    "days",
    "each",
    "each_year",
    "each_year_of",
    "events_of_year",
    "fact",
    "fixed",
    "grown_by",
    "holds",
    "judged_by_measure",
    "later_of",
    "lowest",
    "measure",
    "monitored",
    "more_than",
    "on_record",
    "once_on",
    "once_per",
    "once_per_named",
    "once_per_unit_and_level",
    "one_of",
    "parameter",
    "periods",
    "pro_rata",
    "recognised",
    "share_of",
    "some",
    "term_by",
    "whole_multiples",
    "whole_of",
    "within_validity",
    "yearly_figures",
]
