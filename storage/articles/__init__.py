"""Store articles, their texts and matches, and place them into stories."""
