"""Alembic's folder: small, ordered migrations, never edited once released."""
