"""Public notices: decisions shown to the public for some working days before they may be approved."""
