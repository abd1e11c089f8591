"""Pages of the documentation that are made from the code: the verbs and the recipe's tables."""
