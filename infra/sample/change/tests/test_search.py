import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from notes import export, service, store

try:
    from notes import settings
except ImportError:  # PyYAML is not installed.
    settings = None


class SearchTest(unittest.TestCase):
    def setUp(self):
        self.connection = store.open_store()
        self.addCleanup(self.connection.close)
        self.ada = store.add_user(self.connection, "ada")
        for body in ("buy milk", "call bob", "milk the cow"):
            store.add_note(self.connection, self.ada, body)

    def test_a_user_is_found_by_name(self):
        self.assertEqual(store.find_user(self.connection, "ada"), self.ada)
        self.assertIsNone(store.find_user(self.connection, "bob"))

    def test_a_user_gets_another_name(self):
        store.rename_user(self.connection, self.ada, "lovelace")
        self.assertEqual(store.find_user(self.connection, "lovelace"), self.ada)

    def test_notes_are_found_by_a_word(self):
        self.assertEqual(store.search(self.connection, self.ada, "milk"), ["buy milk", "milk the cow"])
        self.assertEqual(store.search(self.connection, self.ada, "tea"), [])

    def test_the_service_searches(self):
        answer = service.respond(self.connection, "", "/search", {"user": "ada", "term": "bob"})
        self.assertEqual(answer, (200, "application/json", '["call bob"]'))
        self.assertEqual(service.respond(self.connection, "", "/", {"user": "eve"})[0], 404)


class ExportTest(unittest.TestCase):
    def test_an_export_comes_back(self):
        with tempfile.TemporaryDirectory() as folder:
            stamp = export.write_export(folder, "notes.txt", ["one", "two"])
            self.assertEqual(export.read_export(folder, "notes.txt"), ["one", "two"])
            self.assertEqual(stamp, export.write_export(folder, "again.txt", ["one", "two"]))


@unittest.skipIf(settings is None, "PyYAML is not installed")
class SettingsTest(unittest.TestCase):
    def test_known_settings_are_taken(self):
        taken = settings.import_settings("theme: dark\nother: 1\n")
        self.assertEqual(taken, {"theme": "dark", "page_size": 20})
        self.assertEqual(settings.import_settings(""), settings.DEFAULTS)

    def test_a_change_shows(self):
        self.assertEqual(settings.etag("a: 1"), settings.etag("a: 1"))
        self.assertNotEqual(settings.etag("a: 1"), settings.etag("a: 2"))


if __name__ == "__main__":
    unittest.main()
