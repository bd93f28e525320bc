"""The catalogue's files: build a snapshot from tables, read and write it, the packaged one."""
