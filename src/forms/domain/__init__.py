"""The case and the rules of the procedure, pure: no file format, no file system, no clock."""
