"""Facts: what is known about enterprises, as typed frames with a catalogue of every field."""
