"""What a study says, in sentences: `sentences(findings)` of each part, the verdict first."""
