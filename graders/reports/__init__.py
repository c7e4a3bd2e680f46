"""What people and platforms read: feedback, reports, exports, standings, similar submissions."""
