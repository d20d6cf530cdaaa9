"""Texts that values have wherever they are written, whoever writes them."""
