"""Store and count what rules about quantity and time need: stories by time, episodes, names seen."""
