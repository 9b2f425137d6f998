"""The official procedure of a policy: what its proposals need before they are approved."""
