"""The words that a bundle knows: counted in the recipe's corpora, paired and named by alignment."""
