"""Papers (公文): templates that officers can change, as documents to be edited and stamped (DOCX) and as pages that print."""
