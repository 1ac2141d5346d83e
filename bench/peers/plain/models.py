"""Customers, orders and items, each in a table of its own."""

import uuid

from django.db import models

# ruff: noqa: DJ008 - nobody looks at them


class Customer(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.TextField()
    email = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)


class Order(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    customer = models.ForeignKey(Customer, models.PROTECT, db_index=False)
    number = models.CharField(max_length=16)
    reference = models.CharField(max_length=64, null=True)  # noqa: DJ001
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    status = models.CharField(max_length=16, default="PENDING")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["customer", "-created_at", "-id"])]


class Item(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="items")
    product_id = models.CharField(max_length=64)
    quantity = models.PositiveIntegerField()
    price = models.DecimalField(max_digits=12, decimal_places=2)
