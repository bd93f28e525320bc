"""The assessment properties as a form: their words, their order, and how they are read back."""
