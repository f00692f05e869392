"""What runs and judges an answer: guards, comparisons, reports, verdicts."""
