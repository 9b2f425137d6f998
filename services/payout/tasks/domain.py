"""The kinds of tasks of payout."""

from __future__ import annotations

from shared.authorization import Scope
from shared.i18n import N_
from shared.tasks import Kind

_ORDERS = "/v1/payment-orders?unit={unit_code}&state="

KINDS = (
    Kind(
        "arrangement",
        N_("Confirm the fiscal arrangement {number}."),
        "/v1/arrangements/{subject}",
        (Scope.ARRANGEMENTS_CONFIRM,),
        city_wide=True,
    ),
    Kind(
        "appropriation",
        N_("Confirm or discard the appropriation {document}: {unit}, {year}."),
        "/v1/appropriations?state=proposed&unit={unit_code}",
        (Scope.APPROPRIATIONS_CONFIRM,),
        city_wide=True,
    ),
    Kind(
        "order_approval",
        N_("Approve payment orders of {unit}, {year}: {count}"),
        f"{_ORDERS}issued&due_year={{year}}",
        (Scope.ORDERS_APPROVE,),
    ),
    Kind(
        "batch",
        N_("Build a payment batch. Approved orders of {unit}: {count}"),
        f"{_ORDERS}approved",
        (Scope.BATCHES_WRITE,),
    ),
    Kind(
        "bank_results",
        N_("Get the bank's results of the batch of {day}, {unit}. Open orders: {count}"),
        "/v1/payment-batches/{subject}",
        (Scope.BATCHES_WRITE, Scope.RESULTS_BANK),
    ),
    Kind(
        "results",
        N_("Confirm or discard the bank results that were entered for {unit}. Payment orders: {orders}"),
        "/v1/payment-batches/{batch}/results/{subject}",
        (Scope.ORDERS_APPROVE,),
    ),
    Kind(
        "result_correction",
        N_("Confirm or discard the correction of a bank result, {unit}: {reason}"),
        "/v1/result-corrections?proposed=true",
        (Scope.ORDERS_APPROVE,),
    ),
    Kind(
        "reissue",
        N_("Reissue payment orders, {unit}, {became}: {count}"),
        f"{_ORDERS}{{state}}",
        (Scope.BATCHES_WRITE,),
    ),
    Kind(
        "release",
        N_("Release what is on hold, or keep it so: {target}. {reason}"),
        "/v1/{path}",
        (Scope.HOLDS_RELEASE,),
    ),
    Kind(
        "finding",
        N_("Look into what checks found before payment, {unit}. Payment orders: {count}"),
        "/v1/payment-findings?open=true",
        (Scope.HOLDS_RELEASE,),
    ),
    Kind(
        "later_instalment",
        N_("Confirm that projects still operate. Later instalments of {unit}, {year}: {count}"),
        f"{_ORDERS}waiting&due_year={{year}}",
        (Scope.HOLDS_RELEASE,),
    ),
    Kind(
        "recovery",
        N_("Collect what has to come back to {unit}. Recoveries: {count}"),
        "/v1/recoveries?unit={unit_code}&outstanding=true",
        (Scope.RECOVERIES_WRITE,),
        own=(
            N_("Pay back {yuan} yuan of the award “{award}” to {unit}."),
            "/v1/recoveries?outstanding=true&award_id={award_id}",
        ),
    ),
    Kind(
        "recovery_act",
        N_("Issue or discard the act that claims back {yuan} yuan, {unit}."),
        "/v1/recoveries/{recovery}/act",
        (Scope.RECOVERIES_APPROVE,),
    ),
    Kind(
        "repayment_plan",
        N_("Confirm or discard the plan of repayment of {yuan} yuan, {unit}."),
        "/v1/recoveries/{recovery}/act",
        (Scope.RECOVERIES_APPROVE,),
    ),
    Kind(
        "repayment",
        N_("Confirm or discard the repayment of {yuan} yuan to {unit}."),
        "/v1/recoveries/{recovery}/repayments",
        (Scope.RECOVERIES_APPROVE,),
    ),
    Kind(
        "write_off",
        N_("Confirm the write-off of {yuan} yuan, {unit}: {reason}"),
        "/v1/recoveries?award_id={award_id}",
        (Scope.RECOVERIES_APPROVE,),
    ),
    Kind(
        "restoration",
        N_("Confirm the restoration after the loss of a database: {reason}"),
        "/v1/restorations",
        (Scope.ORDERS_APPROVE,),
        city_wide=True,
    ),
    Kind(
        "reentry",
        N_("Confirm or discard the file of {day} that was entered again, {unit}."),
        "/v1/payment-batches/reentries/{subject}",
        (Scope.ORDERS_APPROVE,),
    ),
)
