"""A home read for what it promises: ledger against files, decisions against evidence, readers' files against both."""
