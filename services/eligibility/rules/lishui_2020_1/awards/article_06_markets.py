"""Art. 6: separated sales companies, zones on platforms, exhibitions."""

from __future__ import annotations

from services.eligibility.rules.grammar import (
    AT_PAYEE,
    ENTERPRISES,
    NOT_GOVERNMENT,
    Article,
    Award,
    Table,
    Text,
    amount_by_interpretation,
    column_by,
    condition_by,
    each_year,
    fixed,
    holds,
    in_area,
    located,
    monitored,
    monitored_on_day,
    once_on,
    once_per_named,
    one_of,
    parameter,
    pro_rata,
    recognised,
    share_of,
    whole_multiples,
    whole_of,
    within_validity,
)

ON_YEAR_END = Text("奖补年度12月31日，", "on 31 December of the award year")
ON_ITS_DAY = Text("举办日期当日", "on the day of the exhibition")
SpinOff = Table("sales_spin_offs")
Zone = Table("platform_zones")
ZoneYear = Table("zone_years")
Attendance = Table("exhibition_attendances")

_other_company = condition_by(
    "spin_off_payee",
    "other-company-place",
    producer=in_area("other-company-place", located(SpinOff.sales_company_uscc)),
    sales_company=in_area("other-company-place", located(SpinOff.producer_uscc)),
)

sales_spin_off = Award(
    code="sales-spin-off",
    article=Article(6, paragraph=2, sentence=2),
    about=once_per_named(
        SpinOff.producer_uscc,
        payee=column_by("spin_off_payee", producer=SpinOff.producer_uscc, sales_company=SpinOff.sales_company_uscc),
        earliest_by=(SpinOff.established_on, SpinOff.sales_company_uscc),
    ),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        within_validity("new", SpinOff.established_on),
        holds("sales-company-monitored", monitored(of=SpinOff.sales_company_uscc)),
        condition_by("spin_off_place", "other-company-place", payee=None, both=_other_company),
    ),
    amount=fixed(parameter("spin_off_award")),
)

platform_zone = Award(
    code="platform-zone",
    article=Article(6, paragraph=4),
    about=each_year(ZoneYear, of=Zone),
    given_to=NOT_GOVERNMENT,
    place=AT_PAYEE,
    when=(holds("zone-platform", recognised(Zone.platform, ON_YEAR_END)),),
    amount=amount_by_interpretation(
        "zone_multiple",
        whole=whole_multiples(ZoneYear.lishui_product_sales, parameter("zone_step"), parameter("zone_award")).capped_at(
            parameter("zone_cap")
        ),
        pro_rata=pro_rata(ZoneYear.lishui_product_sales, parameter("zone_step"), parameter("zone_award")).capped_at(
            parameter("zone_cap")
        ),
    ),
)

_fees = Attendance.booth_fee + Attendance.display_fee
_exhibitor = condition_by(
    "exhibitor", "exhibitor", monitored=holds("exhibitor", monitored_on_day(ON_ITS_DAY)), any_enterprise=None
)

exhibition_organised = Award(
    code="exhibition-organised",
    article=Article(6, paragraph=5),
    about=once_on(Attendance.held_on, Attendance),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        holds("recognised-exhibition", Attendance.recognised),
        one_of("organiser", Attendance.organiser, parameter("organised_by_department")),
        _exhibitor,
    ),
    amount=amount_by_interpretation(
        "exhibition_support",
        within_cost=whole_of(_fees).capped_at(_fees - Attendance.other_support),
        deducted=whole_of(_fees).less(Attendance.other_support),
        ignored=whole_of(_fees),
    ),
    also_paid_as=("exhibition-independent",),
    overlap_counts=False,  # other support of the attendance
)

_half = share_of(Attendance.booth_fee, parameter("own_booth_share"))

exhibition_independent = Award(
    code="exhibition-independent",
    article=Article(6, paragraph=5),
    about=once_on(Attendance.held_on, Attendance),
    given_to=ENTERPRISES,
    place=AT_PAYEE,
    when=(
        holds("recognised-exhibition", Attendance.recognised),
        one_of("organiser", Attendance.organiser, parameter("attended_on_their_own")),
        _exhibitor,
    ),
    amount=amount_by_interpretation(
        "exhibition_support",
        within_cost=_half.capped_at(Attendance.booth_fee - Attendance.other_support),
        deducted=_half.less(Attendance.other_support),
        ignored=_half,
    ),
    also_paid_as=("exhibition-organised",),
    overlap_counts=False,  # other support of the attendance
)
