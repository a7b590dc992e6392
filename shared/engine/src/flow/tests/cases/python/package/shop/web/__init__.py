from .views import orders
