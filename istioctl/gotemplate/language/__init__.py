"""The template language: text to tokens, tokens to trees."""
