"""Assessments: what one enterprise would get, and why or what it lacks; nothing is decided or kept."""
