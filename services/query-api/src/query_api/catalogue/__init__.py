"""The catalogue of sizes and prices that new assessments use."""
