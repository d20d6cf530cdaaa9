"""The HTML report: one self-contained file in Chinese and English, for people who open and print it."""
