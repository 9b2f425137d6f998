"""What tests of several services need: a database server, a broker, tokens, running processes."""
