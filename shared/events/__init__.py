"""The event types that travel between services, one file each. A schema may only grow; a break is a new type and topic."""
