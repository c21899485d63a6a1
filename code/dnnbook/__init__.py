"""The code that the book teaches. Importing this package costs nothing."""
