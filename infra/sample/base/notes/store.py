"""Users and their notes, in SQLite."""

import sqlite3


def open_store(path=":memory:"):
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL);
        CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, body TEXT NOT NULL);
        """
    )
    return connection


def add_user(connection, name):
    cursor = connection.execute("INSERT INTO users (name) VALUES (?)", (name,))
    return cursor.lastrowid


def add_note(connection, user_id, body):
    cursor = connection.execute("INSERT INTO notes (user_id, body) VALUES (?, ?)", (user_id, body))
    return cursor.lastrowid


def notes_of(connection, user_id):
    rows = connection.execute("SELECT body FROM notes WHERE user_id = ? ORDER BY id", (user_id,))
    return [body for (body,) in rows]
