"""Students: fine-tuning, self-distillation and evaluation (paper, Sections 3.3, 3.5 and 4)."""
