"""The Space in which a released model can be tried."""
