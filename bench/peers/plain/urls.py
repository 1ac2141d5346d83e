"""The peer's addresses."""

from django.urls import path

from bench.peers.plain import views

urlpatterns = [
    path("customers/<uuid:customer_id>/orders", views.OrdersOfCustomer.as_view()),
    path("orders", views.Orders.as_view()),
    path("orders/<uuid:pk>", views.OneOrder.as_view()),
    path("orders/<uuid:pk>/confirm", views.Confirm.as_view()),
]
