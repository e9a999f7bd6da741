"""Is what an app sees right? The frameworks' own suites, and real servers, compared with Lambda."""
