"""Confirmations (意愿确认): whether a payee wants the award that is proposed, and by which account."""
