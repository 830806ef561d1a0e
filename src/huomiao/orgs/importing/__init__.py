"""What a table of organizations or people would do: each row's fate, worked out before anything is changed."""
