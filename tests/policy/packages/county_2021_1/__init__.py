"""An invented county's policy: other numbers, three awards, another validity and area. It needs no engine code."""
