"""Drafts: change sets that one person sends and another one confirms."""
