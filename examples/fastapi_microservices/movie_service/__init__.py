"""The movie service: movies, each with the ids of its casts."""
