import sqlite3


class Base:
    def __init__(self):
        self.db = sqlite3.connect("orders.db")

    def rows(self, query, *values):
        return self.db.execute(query, values).fetchall()  # CWE-89


class Orders(Base):
    def by_customer(self, customer):
        return self.rows(f"select * from orders where customer = '{customer}'")

    def recent(self, limit):
        return self.rows(f"select * from orders order by made desc limit {limit}")

    def by_id(self, number):
        return self.rows("select * from orders where id = ?", number)
