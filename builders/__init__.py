"""Teacher samples -> candidate pairs -> critics -> DIMPLE / DIMSUM (paper, Sections 3.1 and 3.2)."""
