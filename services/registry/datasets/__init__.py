"""What each dataset is to this service: tables, models, routes, checks of submitted rows, and a template to fill in.

All of it is built from the declarations of `shared.catalogue`.
"""
