"""The year's report: what each budget got and gave, per unit, award and jurisdiction."""
