"""The critics of Section 3.2 and Appendix C, one file each; a recipe lists them in the order in which they judge."""
