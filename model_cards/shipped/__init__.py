"""Files that ship with a release as they stand here; they use no other file of this project."""
