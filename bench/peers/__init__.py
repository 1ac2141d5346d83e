"""What a team would pick instead, and the limit, each as it would write it."""
