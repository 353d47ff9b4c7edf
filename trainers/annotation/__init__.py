"""Human evaluation (paper, Section 4.2, Table 3 and Appendix D): a blind task, the page to rate on, and its report."""
