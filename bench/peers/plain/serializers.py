"""Orders as JSON, and back."""

import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework import serializers

from bench.peers.plain.models import Customer, Item, Order


class ItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = Item
        fields = ("product_id", "quantity", "price")


class OrderSerializer(serializers.ModelSerializer):
    customer_name = serializers.CharField(source="customer.name", read_only=True)
    customer_email = serializers.CharField(source="customer.email", read_only=True)
    item_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Order
        fields = (
            "id",
            "number",
            "reference",
            "customer",
            "customer_name",
            "customer_email",
            "item_count",
            "total",
            "currency",
            "status",
            "created_at",
            "updated_at",
        )


class OrderDetailSerializer(OrderSerializer):
    items = ItemSerializer(many=True)
    customer = serializers.PrimaryKeyRelatedField(queryset=Customer.objects.all())

    class Meta(OrderSerializer.Meta):
        fields = (*OrderSerializer.Meta.fields, "items")
        read_only_fields = ("number", "total", "status", "created_at", "updated_at")

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Order:
        items = validated_data.pop("items")
        now = timezone.now()
        order = Order.objects.create(
            **validated_data,
            number=secrets.token_hex(4),
            total=sum(item["quantity"] * item["price"] for item in items),
            created_at=now,
            updated_at=now,
        )
        Item.objects.bulk_create([Item(order=order, **item) for item in items])
        order.item_count = len(items)
        return order
