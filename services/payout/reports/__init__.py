"""The year's report: what each budget received and paid, per unit, award and jurisdiction."""
