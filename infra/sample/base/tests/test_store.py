import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from notes import store


class StoreTest(unittest.TestCase):
    def setUp(self):
        self.connection = store.open_store()
        self.addCleanup(self.connection.close)
        self.ada = store.add_user(self.connection, "ada")

    def test_notes_come_back_in_order(self):
        store.add_note(self.connection, self.ada, "first")
        store.add_note(self.connection, self.ada, "second")
        self.assertEqual(store.notes_of(self.connection, self.ada), ["first", "second"])

    def test_nobody_has_notes_of_others(self):
        bob = store.add_user(self.connection, "bob")
        store.add_note(self.connection, self.ada, "mine")
        self.assertEqual(store.notes_of(self.connection, bob), [])


if __name__ == "__main__":
    unittest.main()
