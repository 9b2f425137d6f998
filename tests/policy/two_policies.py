"""The packages of an installation with two policies."""

PACKAGES = "services.eligibility.rules.lishui_2020_1,tests.policy.packages.etown_2024_1"
