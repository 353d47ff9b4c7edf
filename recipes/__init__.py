"""The bundled recipes, one YAML a run."""
