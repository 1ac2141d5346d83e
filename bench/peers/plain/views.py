"""Four endpoints: a customer's newest orders, one order, a new one, confirming one."""

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import generics
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.peers.plain.models import Item, Order
from bench.peers.plain.serializers import OrderDetailSerializer, OrderSerializer


class NewestFirst(CursorPagination):
    page_size = 50
    ordering = ("-created_at", "-id")


_ITEMS_OF_ORDER = (
    Item.objects.filter(order=OuterRef("pk"))
    .order_by()
    .values("order")
    .annotate(number=Count("pk"))
    .values("number")
)


class OrdersOfCustomer(generics.ListAPIView):
    serializer_class = OrderSerializer
    pagination_class = NewestFirst

    def get_queryset(self):
        orders = Order.objects.filter(customer=self.kwargs["customer_id"])
        # By a join the items of all the customer's orders would be counted, for 50.
        counted = Coalesce(Subquery(_ITEMS_OF_ORDER), 0)
        return orders.select_related("customer").annotate(item_count=counted)


class Orders(generics.CreateAPIView):
    serializer_class = OrderDetailSerializer


class OneOrder(generics.RetrieveAPIView):
    serializer_class = OrderDetailSerializer
    queryset = (
        Order.objects.select_related("customer")
        .prefetch_related("items")
        .annotate(item_count=Count("items"))
    )


class Confirm(APIView):
    @transaction.atomic
    def post(self, request: Request, pk: str) -> Response:
        order = get_object_or_404(Order.objects.select_for_update(), pk=pk)
        if order.status != "PENDING":
            return Response({"detail": "It is not pending."}, status=409)
        order.status = "CONFIRMED"
        order.updated_at = timezone.now()
        order.save(update_fields=["status", "updated_at"])
        return Response({"id": order.pk, "status": order.status})
