"""A county of another province: its e-town's businesses, ranked by their figures, paid from one fund. It needs no engine code."""
