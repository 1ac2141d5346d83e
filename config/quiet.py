"""PostgreSQL's own log shows no values that people have entered.

A refused row is quoted there with its key, a malformed value by itself, a statement
with what it was given. The product's own log tells of the same failures without values.
"""

SETTINGS = {
    # Errors are told to who has sent the statement; servers log what concerns them.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
}
