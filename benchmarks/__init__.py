"""How long an event takes, and an import: ratios against other adapters, in one run."""
