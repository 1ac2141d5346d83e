"""What `manage.py up` and the tests run: real servers from wheels, supervised."""
