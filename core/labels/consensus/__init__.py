"""What several raters said about one pair: how far they agree, and the grade that follows."""
