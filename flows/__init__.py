"""The route, from end to end. Only this package knows all of it, and only it reads settings and the wall clock."""
