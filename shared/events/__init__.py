"""The events between services, one file for each topic. A schema may only grow; a breaking change is a new type and topic."""
