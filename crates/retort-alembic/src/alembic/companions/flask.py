"""Flask: the application is not loaded."""

current_app = unknown("the configuration of the application")
g = unknown("the request")
