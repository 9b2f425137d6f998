"""Datasets: tables, models, routes, checks of submitted rows and templates, built from the declarations of `shared.catalogue`."""
