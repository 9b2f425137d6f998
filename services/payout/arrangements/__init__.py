"""Dated fiscal arrangements: who bears which share of an award (Suppl.)."""
