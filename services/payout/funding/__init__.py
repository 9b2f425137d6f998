"""What waiting orders wait for (due year, holds, accounts, money), and the passes that let them continue."""
