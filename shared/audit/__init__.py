"""The audit log of every act, and hash chains that reveal any later change of sealed rows."""
