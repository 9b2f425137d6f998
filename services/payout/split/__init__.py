"""Pure: an award's instalments and the shares of the units → what each unit pays at each instalment."""
