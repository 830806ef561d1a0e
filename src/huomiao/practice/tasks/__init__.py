"""What happens after the answer, one module per noun: ids in, safe to run twice."""
